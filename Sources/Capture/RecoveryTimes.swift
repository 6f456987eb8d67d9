import Bytes

/// Reads what `X.mp4.times` says of the streams beside a take (see `RecoveryStreams`), as far as it makes sense.
///
/// The text comes in pieces of any size; after each take `next` until it returns nothing.
public struct RecoveryTimes: Sendable {
    /// One sample, in the order in which their bytes were written.
    public enum Entry: Equatable, Sendable {
        /// Of 90,000 ticks a second.
        case picture(decodeTicks: Int64, compositionOffsetTicks: Int32, byteCount: Int, isKeyframe: Bool)
        /// Of 48,000 ticks a second.
        case sound(decodeTicks: Int64, durationTicks: UInt32, byteCount: Int)
    }

    /// No line of ours is half as long.
    public static let maximumLineByteCount = 200
    /// A day and more: what is farther away is damaged.
    static let maximumTicks: Int64 = 1 << 40
    /// The largest sample that is believed.
    static let maximumSampleByteCount = 64 << 20

    /// Lines that say nothing that makes sense.
    public private(set) var strayLineCount = 0

    private var buffer: [UInt8] = []
    private var position = 0

    /// A reader at the start of a text.
    public init() {}

    /// Takes the next piece of the text.
    public mutating func push(_ bytes: some Collection<UInt8>) {
        buffer.removeFirst(position)
        position = 0
        buffer.append(contentsOf: bytes)
    }

    /// The next sample; nothing until more of the text comes, and a line that was cut off counts for nothing.
    public mutating func next() -> Entry? {
        while let end = buffer[position...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = buffer[position..<end]
            position = end + 1
            if let entry = Self.entry(line) { return entry }
            if !line.starts(with: "Lathe".utf8) { strayLineCount += 1 }
        }
        // What is no text is not kept until a line of it ends.
        if buffer.count - position > Self.maximumLineByteCount { position = buffer.count }
        return nil
    }

    private static func entry(_ line: ArraySlice<UInt8>) -> Entry? {
        guard line.count <= maximumLineByteCount else { return nil }
        let words = String(decoding: line, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
        guard words.count >= 4, let ticks = Int64(words[1]), (0..<maximumTicks).contains(ticks),
            let middle = Int64(words[2]), let byteCount = Int(words[3]),
            (0...maximumSampleByteCount).contains(byteCount)
        else { return nil }
        switch (words[0], words.count) {
        case ("v", 5) where words[4] == "k" || words[4] == "-":
            guard let offset = Int32(exactly: middle), offset.magnitude < 1 << 24 else { return nil }
            return .picture(
                decodeTicks: ticks, compositionOffsetTicks: offset, byteCount: byteCount, isKeyframe: words[4] == "k")
        case ("a", 4):
            guard let duration = UInt32(exactly: middle), duration > 0 else { return nil }
            return .sound(decodeTicks: ticks, durationTicks: duration, byteCount: byteCount)
        default: return nil
        }
    }
}
