import Foundation

/// There is no file or directory at the path that was to be looked at.
public struct NothingThere: Error, CustomStringConvertible {
    var path: String
    /// What is missing, and what may help.
    public var description: String { "there is nothing at \(path); give the path of a file or of a directory" }
}

/// What `lathe inspect` says of a path.
public enum Report: Equatable, Sendable {
    case file(FileReport)
    case directory(DirectoryReport)

    /// Looks at a file, or at all files of a directory.
    ///
    /// With `measuresPattern`, each file is decoded as well, and the test pattern in it read.
    public init(of path: String, measuresPattern: Bool = false) throws {
        guard FileManager.default.fileExists(atPath: path) else { throw NothingThere(path: path) }
        if try URL(filePath: path).resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true {
            var report = try DirectoryReport(ofDirectory: path)
            if measuresPattern {
                for index in report.files.indices {
                    report.files[index].pattern = try PatternReport(ofFile: path + "/" + report.files[index].path)
                }
            }
            self = .directory(report)
        } else {
            var report = try FileReport(ofFile: path)
            if measuresPattern { report.pattern = try PatternReport(ofFile: path) }
            self = .file(report)
        }
    }

    /// Whether everything that was looked at is whole.
    public var isWhole: Bool {
        switch self {
        case .file(let report): report.isWhole
        case .directory(let report): report.isWhole
        }
    }

    /// The report for programs: JSON with sorted keys.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        let data =
            switch self {
            case .file(let report): try encoder.encode(report)
            case .directory(let report): try encoder.encode(report)
            }
        return String(decoding: data, as: UTF8.self)
    }

    /// The report for people.
    ///
    /// With `showsStructure`, the boxes or elements of each file as well.
    public func text(showsStructure: Bool = true) -> String {
        switch self {
        case .file(let report): report.text(showsStructure: showsStructure)
        case .directory(let report): report.text
        }
    }
}
