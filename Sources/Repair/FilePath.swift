import Foundation

/// A path, taken apart.
struct FilePath: Hashable, Sendable {
    var directory: String
    var name: String

    init(_ path: String) {
        if let slash = path.lastIndex(of: "/") {
            directory = slash == path.startIndex ? "/" : String(path[..<slash])
            name = String(path[path.index(after: slash)...])
        } else {
            (directory, name) = (".", path)
        }
    }

    init(directory: String, name: String) {
        self.directory = directory
        self.name = name
    }

    var path: String { directory == "." ? name : directory == "/" ? "/" + name : "\(directory)/\(name)" }

    /// The name up to its last dot.
    var stem: String { name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name }
    /// What is behind the last dot; empty if there is none.
    var suffix: String { name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? "" }

    /// A file beside this one.
    func sibling(_ name: String) -> FilePath { FilePath(directory: directory, name: name) }

    /// Where a repaired file of a kind goes that does not take this one's place.
    func repaired(_ suffix: String) -> FilePath {
        sibling(suffix.isEmpty ? "\(name).repaired" : "\(stem).repaired.\(suffix)")
    }

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// How long it is; 0 if it is not there.
    var byteCount: Int {
        ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber)?.intValue ?? 0
    }

    /// When its content changed last, in milliseconds since 1970.
    var changedAtUnixMilliseconds: Int64 {
        let date = (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
        return Int64((date?.timeIntervalSince1970 ?? 0) * 1000)
    }
}
