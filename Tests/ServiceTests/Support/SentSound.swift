import AV
import Bytes
import Capture
import Codecs
import Foundation
import Pattern
import TestSupport
import Testing
import Units

@testable import Service

/// One user's sound as it is sent: encoded packets of 20 ms and their ticks, some of which get lost.
struct SentSound {
    var frames: [Frame] = []
    /// Where on the channel's timeline each was captured, in the same order.
    var times: [ChannelTime] = []
    /// How many packets were lost on the way, or not even sent.
    var missingCount = 0

    private var hasLost = false
    private var ticks: Int64 = 0
    private var codec = Codec.opus
    /// The channel's time, in samples at 48 kHz.
    private(set) var place: Int64 = 0

    init(startingAt place: Int64 = 48_000) { self.place = place }

    /// Sends the next 20 ms, or loses them on the way.
    mutating func send(_ bytes: [UInt8], _ codec: Codec = .opus, isLost: Bool = false) {
        if codec != self.codec {
            self.codec = codec
            ticks = 5_000_000
        }
        if isLost {
            missingCount += 1
            hasLost = true
        } else {
            frames.append(
                Frame(
                    codec: codec, ticks: ticks, isKeyframe: true, isBroken: hasLost, bytes: bytes, arrival: .ms(0)))
            times.append(ChannelTime(audioPosition: place))
            hasLost = false
        }
        pass()
    }

    /// Lets 20 ms pass in which nothing is sent on purpose.
    mutating func pause() {
        missingCount += 1
        pass()
    }

    private mutating func pass() {
        ticks += Int64(codec.clockRate.ticksPerSecond / 50)
        place += 960
    }
}

/// What is heard of a user's sound in the file.
struct HeardSound {
    /// The first channel, from `start` on.
    var samples: [Int16] = []
    /// Where the first sample lies on the channel's timeline, in samples at 48 kHz.
    var start: Int64 = 0
    var packets: [AudioPacket] = []
    var counters = SoundCounters()

    /// Takes sound through a path, with time passing as it does, to the end at `finish`.
    init(_ sent: SentSound, channelCount: Int = 1, form: SoundForm = .aac) throws {
        var path = try SoundPath(channelCount: channelCount, form: form)
        for (frame, time) in zip(sent.frames, sent.times) {
            path.advance(to: time + .milliseconds(40))
            path.push(frame, at: time)
            while let packet = path.nextPacket() { packets.append(packet) }
        }
        path.finish(at: ChannelTime(audioPosition: sent.place))
        while let packet = path.nextPacket() { packets.append(packet) }
        counters = path.counters
        start = packets.first?.position ?? 0
        for (packet, next) in zip(packets, packets.dropFirst()) {
            #expect(next.position == packet.position + Int64(packet.sampleCount))
        }
        switch form {
        case .opus: try listenToOpus(path.format)
        case .aac: try listenToAAC(channelCount)
        case .mp3: try listenToMP3(path.format, to: sent.place)
        }
    }

    /// What a player hears of the file that a take makes of the packets.
    private mutating func listenToMP3(_ format: TrackFormat, to end: Int64) throws {
        var take = Take(
            TakeSettings(video: nil, audio: format, container: .mp3, createdAtUnixMilliseconds: 1_790_000_000_000))
        for packet in packets { take.audio(packet) }
        take.finish(at: ChannelTime(audioPosition: end))
        var disk = FakeDisk()
        while let write = take.nextWrite() { disk.perform(write) }
        try listen(to: disk.bytes, kind: "mp3")
    }

    /// What a player hears of a file.
    private mutating func listen(to file: [UInt8], kind: String) throws {
        let path = URL.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString).\(kind)")
        try Data(file).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        var reader = try MediaFileReader(path: path.path())
        try reader.choose(.sound(channelCount: 1), for: try #require(reader.tracks.first))
        while let item = try reader.next() {
            guard case .sound(_, _, let more) = item else { continue }
            samples += more
        }
        #expect(reader.undecodableCount == 0)
    }

    private mutating func listenToOpus(_ format: TrackFormat) throws {
        guard case .opus(_, let preSkip) = format else { return }
        var decoder = try OpusDecoder(channelCount: 1)
        for packet in packets { try decoder.decode(packet.bytes, into: &samples) }
        start -= Int64(preSkip)
    }

    private mutating func listenToAAC(_ channelCount: Int) throws {
        let configuration = AAC.Configuration(sampleRate: 48_000, channelCount: channelCount)
        var file: [UInt8] = []
        for packet in packets {
            file += AAC.adtsHeader(configuration, byteCount: packet.bytes.count) + packet.bytes
        }
        try listen(to: file, kind: "aac")
        #expect(samples.count == packets.count * AAC.packetSampleCount)
    }

    /// Where beeps begin, in samples at 48 kHz of the channel's time.
    var beeps: [Int64] {
        var (detector, onsets) = (BeepDetector(), [Int64]())
        detector.listen(to: samples.map { Float($0) / 32_768 }, onsets: &onsets)
        return onsets.map { $0 + start }
    }

    /// The root of the mean square of each 20 ms between two places.
    func loudness(from first: Int64, to last: Int64) -> [Double] {
        stride(from: Int(first - start), to: Int(last - start) - 959, by: 960).map { index in
            let energy = samples[index..<index + 960].reduce(0.0) { $0 + Double($1) * Double($1) }
            return (energy / 960).squareRoot()
        }
    }
}

/// Sounds to send.
enum Sounds {
    /// A tone of 400 Hz with its overtones, which never changes.
    static func tone(_ count: Int, from place: Int64, channelCount: Int = 1) -> [Int16] {
        (0..<count * channelCount).map { index in
            let step = Int((place + Int64(index / channelCount)) % 120)
            return Int16((step < 60 ? 1 : -1) * (8_000 - 100 * (step % 60)))
        }
    }

    /// The same in syllables of 200 ms, since encoders take what never changes for noise, and send no copies of that.
    static func voice(_ count: Int, from place: Int64) -> [Int16] {
        var pcm = tone(count, from: place)
        for index in pcm.indices {
            let loudness = 5 + 95 * abs(4_800 - (Int(place) + index) % 9_600) / 4_800
            pcm[index] = Int16(Int(pcm[index]) * loudness / 100)
        }
        return pcm
    }

    static func beeps(_ count: Int, from place: Int64, channelCount: Int = 1) -> [Int16] {
        var pcm: [Int16] = []
        Beep(channelCount: channelCount).append(count, from: place, to: &pcm)
        return pcm
    }

    /// G.711 µ-law of 48 kHz sound (ITU-T G.711, table 2a).
    static func muLaw(_ pcm: [Int16]) -> [UInt8] {
        stride(from: 0, to: pcm.count, by: 6).map { index in
            let magnitude = min(abs(Int(pcm[index])), 32_635) + 132
            let segment = Int.bitWidth - 1 - magnitude.leadingZeroBitCount - 7
            let mantissa = magnitude >> (segment + 3) & 15
            return ~UInt8((pcm[index] < 0 ? 0x80 : 0) | segment << 4 | mantissa)
        }
    }
}
