import Capture
import Codecs
import Units

/// The way of sound into a file, with sound that says which frame it belongs to.
///
/// Decoded sound is constant for the length of a packet, and its level is the packet's number: so wherever a
/// stretched or cut piece of it ends up, its frame can be told.
struct SimulatedSoundPath {
    /// Where a frame's first sample lies, or would if it had not been cut off.
    struct Place {
        var frame: Int
        var position: Int64
    }

    private static let levelCount = 30_000
    private static let packetSampleCount: Int64 = 960
    private static let shortestLevel: Int64 = 256
    private var aligner: AudioAligner?
    private var timeline: OpusTimeline?
    private var packets: [AudioPacket] = []
    private var places: [Place] = []
    private var block: [Int16] = []
    private var newest = 0
    private var level: Int16 = 0
    private var levelStart: Int64 = 0

    init(keepsPackets: Bool) {
        if keepsPackets {
            timeline = OpusTimeline(channelCount: 2)
        } else {
            aligner = AudioAligner(channelCount: 1)
        }
    }

    /// An Opus packet of 20 ms that holds a number.
    static func packet(_ frame: Int) -> [UInt8] {
        [0xFC] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: frame >> $0) }
    }

    static func frame(of packet: [UInt8]) -> Int { packet.dropFirst().reduce(0) { $0 << 8 | Int($1) } }

    mutating func push(_ frame: Int, at time: ChannelTime) {
        newest = frame
        aligner?.push(
            [Int16](repeating: Int16(frame % Self.levelCount + 1), count: Int(Self.packetSampleCount)), at: time)
        timeline?.push(Self.packet(frame), at: time)
        collect()
    }

    mutating func advance(to now: ChannelTime) {
        aligner?.advance(to: now)
        timeline?.advance(to: now)
        collect()
    }

    mutating func finish(at time: ChannelTime) {
        aligner?.finish(at: time)
        timeline?.finish(at: time)
        collect()
    }

    mutating func nextPacket() -> AudioPacket? { packets.isEmpty ? nil : packets.removeFirst() }

    mutating func takePlaces() -> [Place] {
        defer { places.removeAll(keepingCapacity: true) }
        return places
    }

    private mutating func collect() {
        while let packet = timeline?.nextPacket() {
            packets.append(packet)
            guard packet.bytes != Opus.silence(channelCount: 2) else { continue }
            places.append(Place(frame: Self.frame(of: packet.bytes), position: packet.position))
        }
        while let position = aligner?.nextBlock(into: &block) {
            packets.append(AudioPacket(position: position, sampleCount: block.count, bytes: [7, 7]))
            findEnds(from: position)
        }
    }

    /// Looks for the ends of levels that lasted for a while; in between, one sound may fade into the next.
    ///
    /// Ends rather than beginnings, because what overlaps is cut off in front.
    private mutating func findEnds(from position: Int64) {
        var start = 0
        while start < block.count {
            if block[start] != level {
                let end = position + Int64(start)
                if level > 0, end - levelStart >= Self.shortestLevel {
                    places.append(Place(frame: frame(ofLevel: level), position: end - Self.packetSampleCount))
                }
                (level, levelStart) = (block[start], end)
            }
            // A level that is still there a little later was there all the while.
            var step = 64
            while step > 0 {
                while start + step < block.count, block[start + step] == level { start += step }
                step /= 2
            }
            start += 1
        }
    }

    /// The frame of a level: the newest that has it.
    private func frame(ofLevel level: Int16) -> Int {
        let place = Int(level) - 1
        return newest - (newest % Self.levelCount - place + Self.levelCount) % Self.levelCount
    }
}
