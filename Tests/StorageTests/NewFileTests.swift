import Bytes
import Foundation
import Testing

@testable import Storage

@Suite("A file that has its name once it is whole")
struct NewFileTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] }

    private func content(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: name)))
    }

    @Test("holds what was written, and leaves nothing else") func commits() throws {
        let file = try NewFile(folder.path + "/a", existing: .stays)
        try file.append([1, 2, 3])
        #expect(!names.contains("a"))
        try file.perform(.overwrite(at: 1, [9]))
        try file.perform(.append([4]))
        try file.perform(.sync)
        #expect(file.byteCount == 4)
        try file.commit()
        #expect(names == ["a"])
        #expect(try content("a") == [1, 9, 3, 4])
    }

    @Test("that is let go of leaves nothing") func abandoned() throws {
        do {
            let file = try NewFile(folder.path + "/a", existing: .stays)
            try file.append([1])
        }
        #expect(names == [])
    }

    @Test("never takes another's place unless told to") func stays() throws {
        try Data([7]).write(to: folder.appending(path: "a"))
        #expect(throws: StorageError(verb: "create", path: folder.path + "/a", code: EEXIST)) {
            try NewFile(folder.path + "/a", existing: .stays)
        }
        let late = try NewFile(folder.path + "/b", existing: .stays)
        try late.append([1])
        // Somebody else is faster.
        try Data([8]).write(to: folder.appending(path: "b"))
        #expect(throws: StorageError(verb: "create", path: folder.path + "/b", code: EEXIST)) { try late.commit() }
        #expect(try content("b") == [8])
        let other = try NewFile(folder.path + "/a", existing: .isReplaced)
        try other.append([5])
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: folder.path + "/a")
        try other.commit()
        #expect(try content("a") == [5])
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/a")
        #expect(attributes[.posixPermissions] as? NSNumber == 0o640)
        #expect(Set(names) == ["a", "b"])
    }

    @Test("is read where a reader wants to look") func reads() throws {
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        try Data(bytes).write(to: folder.appending(path: "a"))
        let file = try ReadOnlyFile(folder.path + "/a")
        #expect(file.byteCount == bytes.count)
        for (offset, count) in [
            (0, 10), (199_990, 50), (100, 150_000), (5, 3), (200_000, 1), (-1, 4), (70_000, 70_000),
        ] {
            let end = max(0, min(bytes.count, offset + count))
            let expected = offset < 0 || offset >= bytes.count ? [] : Array(bytes[offset..<end])
            #expect(file.read(at: offset, count: count) == expected, "\(offset), \(count)")
        }
        #expect(file.failure == nil)
        #expect(throws: StorageError(verb: "open", path: folder.path + "/x", code: ENOENT)) {
            try ReadOnlyFile(folder.path + "/x")
        }
        #expect(throws: StorageError(verb: "read", path: folder.path, code: EISDIR)) { try ReadOnlyFile(folder.path) }
    }
}
