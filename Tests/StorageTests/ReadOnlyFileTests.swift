import Bytes
import Foundation
import Testing

@testable import Storage

@Suite("A file that is only looked at")
struct ReadOnlyFileTests {
    @Test("reads as the bytes in it, wherever one looks")
    func source() throws {
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let file = FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let source = try ReadOnlyFile(file.path)
        #expect(source.byteCount == bytes.count)
        for (offset, count) in [
            (0, 10), (65_530, 20), (3, 5), (100_000, 90_000), (199_990, 100), (200_000, 1), (-1, 4),
        ] {
            #expect(source.read(at: offset, count: count) == bytes.read(at: offset, count: count))
        }
    }
}
