import Foundation

/// Tokens of the older kind, of which only the end varies.
enum TestToken {
    /// Whoever reads it finds 0xFFFFFFFF where the end is put, in seconds since 1970.
    private static let pattern =
        "IAAAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHwEAAAACAAAAFgABAAAArggAAAIAAQD/////AgAAAAAA"

    static func ending(at seconds: UInt32) throws -> String {
        var bytes = Data(base64Encoded: pattern) ?? Data()
        guard let place = bytes.range(of: Data(repeating: 0xFF, count: 4)) else {
            throw Unmet(description: "the pattern has no place for an end")
        }
        bytes.replaceSubrange(place, with: (0..<4).map { UInt8(truncatingIfNeeded: seconds >> ($0 * 8)) })
        return "006970CA35de60c44645bbae8a215061b33" + bytes.base64EncodedString()
    }

    static func ending(inSeconds seconds: Double) throws -> String {
        try ending(at: UInt32(Date.now.timeIntervalSince1970 + seconds))
    }
}
