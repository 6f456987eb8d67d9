import Bytes
import Foundation
import Testing

@testable import Storage

@Suite("Storage threads, on a real disk")
struct LinuxFileSystemTests {
    /// Runs with a directory of its own, which goes away afterwards.
    private func withDirectory(_ body: (_ path: String, _ threads: StorageThreads) async throws -> Void) async throws {
        let path = NSTemporaryDirectory() + "/lathe-storage-\(UUID().uuidString)"
        let threads = try StorageThreads()
        try await threads.createDirectory(path)
        do {
            try await body(path, threads)
            try FileManager.default.removeItem(atPath: path)
        } catch {
            try? FileManager.default.removeItem(atPath: path)
            throw error
        }
        await threads.stop()
    }

    private func read(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private func create(_ path: String, _ threads: StorageThreads) -> StorageFile {
        threads.create(path) { Issue.record("\($0)") }
    }

    @Test("grows, patches, renames and finishes a file")
    func life() async throws {
        try await withDirectory { directory, threads in
            let large = [UInt8](repeating: 7, count: 3 << 20)
            let file = create("\(directory)/open", threads)
            file.write(.append([1, 2, 3, 4]))
            file.write(.append(large))
            file.write(.overwrite(at: 2, [9, 9, 9]))
            file.write(.append([5]))
            file.rename(to: "\(directory)/whole")
            let byteCount = try await file.finish()
            #expect(byteCount == 5 + large.count)
            #expect(try read("\(directory)/whole") == [1, 2, 9, 9, 9] + large.dropFirst() + [5])
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/open"))
        }
    }

    @Test("writes many files at once, each in its own order")
    func manyFiles() async throws {
        try await withDirectory { directory, threads in
            let files = (0..<20).map { create("\(directory)/\($0)", threads) }
            for byte in UInt8(0)..<200 {
                for file in files { file.write(.append([byte])) }
            }
            for (index, file) in files.enumerated() {
                let byteCount = try await file.finish()
                #expect(byteCount == 200)
                #expect(try read("\(directory)/\(index)") == Array(0..<200))
            }
        }
    }

    @Test("never overwrites a file that is there")
    func exclusive() async throws {
        try await withDirectory { directory, threads in
            try await threads.replaceFile("\(directory)/taken", with: [1])
            let file = threads.create("\(directory)/taken") { _ in }
            file.write(.append([2]))
            let error = await #expect(throws: StorageError.self) { try await file.finish() }
            #expect(error?.code == EEXIST)
            #expect(error?.description.contains("create \(directory)/taken") == true)
            #expect(try read("\(directory)/taken") == [1])
        }
    }

    @Test("creates directories above the one asked for, and takes one that is there")
    func directories() async throws {
        try await withDirectory { directory, threads in
            try await threads.createDirectory("\(directory)/a/b/c/")
            try await threads.createDirectory("\(directory)/a/b")
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(directory)/a/b/c") == [])

            try await threads.replaceFile("\(directory)/file", with: [])
            let error = await #expect(throws: StorageError.self) {
                try await threads.createDirectory("\(directory)/file/below")
            }
            #expect(error?.code == ENOTDIR)
        }
    }

    @Test("replaces a small file whole, renames and deletes it, and leaves no draft")
    func wholeFiles() async throws {
        try await withDirectory { directory, threads in
            try await threads.replaceFile("\(directory)/f", with: Array("old and long".utf8))
            try await threads.replaceFile("\(directory)/f", with: Array("new".utf8))
            #expect(try read("\(directory)/f") == Array("new".utf8))
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["f"])
            try await threads.rename("\(directory)/f", to: "\(directory)/g")
            try await threads.delete("\(directory)/g")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [])
            let error = await #expect(throws: StorageError.self) { try await threads.delete("\(directory)/g") }
            #expect(error?.code == ENOENT)
        }
    }

    @Test("takes room ahead of a file and gives it back, its length untouched")
    func room() async throws {
        try await withDirectory { directory, threads in
            let path = "\(directory)/take"
            let file = create(path, threads)
            file.write(.reserve(1 << 20))
            file.write(.append([1, 2, 3]))
            await threads.commit()
            _ = try await threads.amend(path) { source in
                #expect(source.byteCount == 3)
                return (writes: [], result: true)
            }
            #expect(try Self.blockByteCount(path) >= 1 << 20)
            file.write(.reserve(0))
            try await file.finish()
            #expect(try Self.blockByteCount(path) <= 64 << 10)
            #expect(try read(path) == [1, 2, 3])
        }
    }

    @Test("syncs many files together, by one call for all of them")
    func together() async throws {
        try await withDirectory { directory, threads in
            let files = (0..<50).map { create("\(directory)/\($0)", threads) }
            for file in files { file.write(.append([1, 2])) }
            await threads.commit()
            #expect(threads.counters.syncs < 50)
            for file in files { try await file.finish() }
            for index in files.indices { #expect(try read("\(directory)/\(index)") == [1, 2]) }
        }
    }

    /// How much of the disk a file owns.
    private static func blockByteCount(_ path: String) throws -> Int {
        var status = stat()
        try #require(unsafe stat(path, &status) == 0)
        return Int(status.st_blocks) * 512
    }

    @Test("knows how much room is left")
    func freeSpace() async throws {
        try await withDirectory { directory, threads in
            let free = try await threads.freeByteCount(at: directory)
            let said = try FileManager.default.attributesOfFileSystem(forPath: directory)[.systemSize] as? Int
            #expect(free > 0)
            #expect(free <= said ?? 0)
        }
    }

    @Test(
        "finds the directory that holds a path",
        arguments: [
            ("a/b", "a"), ("/a/b/", "/a"), ("/a", "/"), ("/", "/"), ("a", "."), ("a//b", "a/"), ("", "."),
        ])
    func parent(path: String, expected: String) { #expect(path.parentDirectory == expected) }
}

@Suite("Storage error")
struct StorageErrorTests {
    @Test("names the file, the cause and the remedy")
    func text() {
        let error = StorageError(verb: "write", path: "/r/1.mp4", code: ENOSPC)
        #expect(
            error.description
                == "cannot write /r/1.mp4: No space left on device (errno 28). "
                + "Free some space, or record to another disk.")
    }

    @Test(
        "has a remedy for whatever an operator can mend",
        arguments: [
            ENOSPC, EDQUOT, EACCES, EPERM, EROFS, EEXIST, ENOENT, ENOMEM, EMFILE, ENFILE, EIO,
        ])
    func remedies(code: Int32) {
        #expect(StorageError(verb: "write", path: "f", code: code).remedy.hasSuffix("."))
    }
}
