import Foundation

/// A file that only grows up to a size: then it is put aside as `FILE.1`, that as `FILE.2`, and another is begun.
struct LogFile {
    let path: String
    /// How many bytes a file has at most.
    let byteLimit: Int
    /// How many files there are at most, the one that grows included.
    let fileCount: Int

    private var handle: FileHandle
    private var byteCount: Int

    /// Opens the file, behind what it holds, or makes it.
    init(path: String, byteLimit: Int, fileCount: Int) throws {
        self.path = path
        self.byteLimit = byteLimit
        self.fileCount = fileCount
        (handle, byteCount) = try Self.open(path)
    }

    private static func open(_ path: String) throws -> (FileHandle, Int) {
        if !FileManager.default.fileExists(atPath: path) {
            try Data().write(to: URL(fileURLWithPath: path))
        }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        return (handle, Int(try handle.seekToEnd()))
    }

    /// Appends a line, in another file if this one would get too long.
    mutating func append(_ line: [UInt8]) throws {
        if byteCount > 0, byteCount + line.count > byteLimit { try turnOver() }
        try handle.write(contentsOf: Data(line))
        byteCount += line.count
    }

    private mutating func turnOver() throws {
        try handle.close()
        let manager = FileManager.default
        let names = (0..<fileCount).map { $0 == 0 ? path : "\(path).\($0)" }
        for (older, newer) in zip(names, names.dropFirst()).reversed() where manager.fileExists(atPath: older) {
            try? manager.removeItem(atPath: newer)
            try manager.moveItem(atPath: older, toPath: newer)
        }
        // With one file alone there is nowhere to put it.
        if fileCount == 1 { try manager.removeItem(atPath: path) }
        (handle, byteCount) = try Self.open(path)
    }
}
