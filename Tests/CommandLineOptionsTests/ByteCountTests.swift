import Testing

@testable import CommandLineOptions

@Suite("Numbers of bytes")
struct ByteCountTests {
    @Test(
        "are read as people write them",
        arguments: [
            ("0", 0), ("1048576", 1 << 20), ("500m", 500 << 20), ("500M", 500 << 20), ("2g", 2 << 30),
            ("1.5k", 1536), ("3GiB", 3 << 30), ("3gb", 3 << 30), ("7b", 7), ("1t", 1 << 40), ("1024t", 1 << 50),
        ] as [(String, Int)])
    func reads(text: String, bytes: Int) { #expect(ByteCount(parsing: text)?.bytes == bytes) }

    @Test(
        "are refused if they are none",
        arguments: ["", "m", "-1", "-5m", "1x", "1 2", "nan", "inf", "1e400", "1025t", "mib"])
    func refuses(_ text: String) { #expect(ByteCount(parsing: text) == nil) }

    @Test(
        "are written with three digits and a unit",
        arguments: [
            (0, "0 bytes"), (999, "999 bytes"), (1000, "1 KB"), (1 << 20, "1 MB"), (1536 << 20, "1.5 GB"),
            (500 << 20, "500 MB"), (123_456_789, "118 MB"), (1 << 50, "1 PB"),
        ] as [(Int, String)])
    func writes(bytes: Int, text: String) { #expect(ByteCount(bytes).description == text) }
}
