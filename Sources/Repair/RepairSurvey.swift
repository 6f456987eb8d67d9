import Foundation
import Storage

/// One thing that may have to be repaired: a file, or several that belong together.
public struct RepairCandidate: Hashable, Sendable {
    enum Subject: Hashable, Sendable {
        case file(FilePath)
        /// The streams beside a take that is not there itself, or are named instead of it.
        case streams(of: FilePath)
        /// The recordings that a Janus server made of one user.
        case janus([FilePath])
        case index(FilePath)
    }

    let subject: Subject

    /// What it is called.
    public var path: String {
        switch subject {
        case .file(let file), .index(let file), .streams(let file): file.path
        case .janus(let files): files.first?.path ?? ""
        }
    }
}

/// Finds what there is to repair at a path.
public enum RepairSurvey {
    /// A file, or all files in a directory and those below it that may need it, in the order of their names.
    ///
    /// Indexes come behind all else of their directory, since they tell how long files are.
    public static func candidates(at path: String) throws -> [RepairCandidate] {
        let manager = FileManager.default
        var isDirectory: ObjCBool = false
        guard unsafe manager.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw RepairRefusal("there is nothing at \(path)", remedy: "give the path of a file or of a directory")
        }
        guard isDirectory.boolValue else { return [candidate(for: FilePath(path))] }
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        return try candidates(inDirectory: trimmed)
    }

    private static func candidate(for file: FilePath) -> RepairCandidate {
        if let take = SideStreams.take(of: file) { return RepairCandidate(subject: .streams(of: take)) }
        if FileKind.named(file.name) == .janus { return RepairCandidate(subject: .janus(JanusFiles.group(of: file))) }
        if isIndex(file.name) { return RepairCandidate(subject: .index(visible(file))) }
        return RepairCandidate(subject: .file(file))
    }

    private static func candidates(inDirectory path: String) throws -> [RepairCandidate] {
        let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        var found: [RepairCandidate] = []
        var indexes: [RepairCandidate] = []
        var directories: [String] = []
        for name in names {
            let file = FilePath(directory: path, name: name)
            // Links are followed nowhere, so that nothing is met twice.
            switch type(of: file) {
            case .typeDirectory: if !name.hasPrefix(".") { directories.append(file.path) }
            case .typeRegular:
                guard let candidate = candidateInDirectory(file) else { continue }
                if case .index = candidate.subject { indexes.append(candidate) } else { found.append(candidate) }
            default: continue
            }
        }
        var seen: Set<RepairCandidate> = []
        let here = (found + indexes).filter { seen.insert($0).inserted }
        return try here + directories.flatMap { try candidates(inDirectory: $0) }
    }

    private static func candidateInDirectory(_ file: FilePath) -> RepairCandidate? {
        if isIndex(file.name) { return RepairCandidate(subject: .index(visible(file))) }
        guard !file.name.hasPrefix("."), !file.stem.hasSuffix(".repaired") else { return nil }
        if let take = SideStreams.take(of: file) {
            return take.exists ? nil : RepairCandidate(subject: .streams(of: take))
        }
        return FileKind.named(file.name) == .unknown ? nil : candidate(for: file)
    }

    private static func type(of file: FilePath) -> FileAttributeType? {
        (try? FileManager.default.attributesOfItem(atPath: file.path))?[.type] as? FileAttributeType
    }

    /// An index, or its hidden twin.
    private static func isIndex(_ name: String) -> Bool {
        let shown = name.hasPrefix(".") ? name.dropFirst() : name[...]
        return shown.hasPrefix("uid_") && shown.hasSuffix(".txt")
    }

    private static func visible(_ file: FilePath) -> FilePath {
        file.name.hasPrefix(".") ? file.sibling(String(file.name.dropFirst())) : file
    }
}
