import Foundation

/// One Swift file, as it is and without its comments and the contents of its strings.
struct SourceFile: Sendable, CustomStringConvertible {
    /// Relative to the root of the repository.
    var path: String
    /// The folder under `Sources` that it belongs to.
    var target: String
    var text: String
    var lines: [String]
    /// As many lines as `lines`, with blanks where comments and strings were.
    var code: [String]

    var description: String { path }

    /// The file's name without folders and `.swift`.
    var name: String { String(path.split(separator: "/").last?.dropLast(6) ?? "") }

    func place(_ index: Int) -> String { "\(path):\(index + 1)" }
}

/// The files of this repository, found from where this one lies.
enum SourceTree {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// Every Swift file under `Sources`, in the order of their paths.
    static let sources: [SourceFile] = swiftFiles(under: "Sources")

    /// Every Swift file of this package.
    static let all: [SourceFile] = sources + swiftFiles(under: "Tests")

    static func files(of targets: Set<String>) -> [SourceFile] { sources.filter { targets.contains($0.target) } }

    /// The paths of all files under a folder whose names end like this, hidden folders left out.
    static func paths(under folder: String, ending: String) -> [String] {
        let found = FileManager.default.enumerator(atPath: folder.isEmpty ? root : "\(root)/\(folder)")
        var paths: [String] = []
        while let path = found?.nextObject() as? String {
            if path.hasPrefix(".") || path.hasSuffix("/.build") {
                found?.skipDescendants()
            } else if path.hasSuffix(ending) {
                paths.append(folder.isEmpty ? path : "\(folder)/\(path)")
            }
        }
        return paths.sorted()
    }

    static func text(_ path: String) -> String {
        (try? String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)) ?? ""
    }

    private static func swiftFiles(under folder: String) -> [SourceFile] {
        paths(under: folder, ending: ".swift").map { path in
            let text = text(path)
            let parts = path.split(separator: "/")
            return SourceFile(
                path: path, target: parts.count > 2 ? String(parts[1]) : "", text: text,
                lines: lines(Array(text.utf8)), code: lines(CodeOnly.of(Array(text.utf8))))
        }
    }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }
}
