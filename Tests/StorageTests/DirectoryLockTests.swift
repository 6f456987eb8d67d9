import Foundation
import Glibc
import Storage
import Testing

@Suite("A lock of a directory")
struct DirectoryLockTests {
    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await body(directory)
    }

    @Test("keeps everybody out until it is let go of")
    func excludes() async throws {
        try await withDirectory { directory in
            do {
                let first = try DirectoryLock(directory)
                #expect(first != nil)
                #expect(try DirectoryLock(directory) == nil)
                #expect(DirectoryLock.isHeld(directory))
            }
            #expect(try DirectoryLock(directory) != nil)
            #expect(throws: StorageError.self) { try DirectoryLock(directory + "/none") }
        }
    }

    @Test("closes what it opened once where it is refused: other threads' files have the number at once")
    func closesOnce() async throws {
        try await withDirectory { directory in
            let lock = try DirectoryLock(directory)
            await withTaskGroup { group in
                group.addTask { for _ in 0..<20_000 { #expect(DirectoryLock.isHeld(directory)) } }
                group.addTask {
                    for _ in 0..<20_000 {
                        let descriptor = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
                        #expect(close(descriptor) == 0)
                    }
                }
            }
            withExtendedLifetime(lock) {}
        }
    }
}
