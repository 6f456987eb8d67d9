import Bytes
import Foundation
import Testing

@testable import Storage

@Suite("Files that are hidden until they hold something")
struct HiddenNameTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)").path

    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: directory).sorted() }

    @Test("have their name only with their first bytes, and replace nothing")
    func firstBytes() async throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let threads = try StorageThreads(threadCount: 1, durability: .process)
        let file = threads.create(directory + "/take.mp4") { _ in }
        await threads.settle()
        #expect(try names() == [])
        file.write(.append([1, 2, 3]))
        await threads.settle()
        #expect(try names() == ["take.mp4"])
        #expect(try await file.finish() == 3)
        let second = threads.create(directory + "/take.mp4") { _ in }
        second.write(.append([9]))
        await #expect(throws: StorageError.self) { try await second.finish() }
        #expect(FileManager.default.contents(atPath: directory + "/take.mp4") == Data([1, 2, 3]))
        #expect(try names() == ["take.mp4"])
        await threads.stop()
    }

    @Test("are known by their names")
    func kinds() {
        #expect(HiddenName.isOne(String(HiddenName.beside("/a/take.mp4").split(separator: "/")[1])))
        #expect(["take.mp4", ".uid_1.txt", "x.part", ".part-"].allSatisfy { !HiddenName.isOne($0) })
    }
}
