import CFFmpeg
import Codecs
import Pattern
import TestSupport
import Testing

@testable import AV

@Suite("G.711 and G.722")
struct TelephoneDecoderTests {
    static let codecs: [Codec] = [.pcmu, .pcma, .g722]

    /// The pattern's beeps, once a second, in packets of 20 ms, encoded by FFmpeg.
    static func packets(_ codec: Codec, seconds: Int) throws -> [[UInt8]] {
        let names: [Codec: String] = [.pcmu: "pcm_mulaw", .pcma: "pcm_alaw", .g722: "g722"]
        let rate = codec == .g722 ? 16_000 : 8_000
        let encoder = try CodecContext(encoder: try #require(names[codec]))
        unsafe encoder.handle.pointee.sample_rate = CInt(rate)
        unsafe encoder.handle.pointee.sample_fmt = AV_SAMPLE_FMT_S16
        unsafe encoder.handle.pointee.time_base = AVRational(num: 1, den: CInt(rate))
        unsafe av_channel_layout_default(&encoder.handle.pointee.ch_layout, 1)
        try encoder.open()
        var (bytes, pcm) = ([UInt8](), [Int16]())
        // The beep's own rate is 48 kHz; every third or sixth sample of a tone of 1 kHz is the same tone.
        Beep(channelCount: 1).append(seconds * 48_000, from: -24_000, to: &pcm)
        let samples = stride(from: 0, to: pcm.count, by: 48_000 / rate).map { pcm[$0] }
        let frame = try FrameBuffer()
        let packet = try PacketHolder()
        unsafe frame.handle.pointee.format = AV_SAMPLE_FMT_S16.rawValue
        unsafe frame.handle.pointee.nb_samples = CInt(rate / 50)
        unsafe av_channel_layout_default(&frame.handle.pointee.ch_layout, 1)
        #expect(unsafe av_frame_get_buffer(frame.handle, 0) >= 0)
        for start in stride(from: 0, to: samples.count, by: rate / 50) {
            #expect(unsafe av_frame_make_writable(frame.handle) >= 0)
            let plane = unsafe try #require(frame.handle.pointee.extended_data[0])
            unsafe plane.withMemoryRebound(to: Int16.self, capacity: rate / 50) { target in
                for index in 0..<rate / 50 { unsafe target[index] = samples[start + index] }
            }
            unsafe try encoder.send(frame: frame.handle)
            while unsafe try encoder.receive(packet: packet.handle) {
                bytes += packet.bytes
                unsafe av_packet_unref(packet.handle)
            }
        }
        return stride(from: 0, to: bytes.count, by: 160).map { Array(bytes[$0..<min($0 + 160, bytes.count)]) }
    }

    @Test("come out at 48 kHz, as loud as they were and when they were", arguments: codecs, [1, 2])
    func beeps(_ codec: Codec, _ channelCount: Int) throws {
        var decoder = try TelephoneDecoder(codec, channelCount: channelCount)
        var pcm: [Int16] = []
        let packets = try Self.packets(codec, seconds: 4)
        for packet in packets { #expect(try decoder.decode(packet, into: &pcm) == 160) }
        #expect(pcm.count / channelCount + decoder.delay == packets.count * 960)
        for index in stride(from: 0, to: pcm.count, by: channelCount) {
            #expect(pcm[index] == pcm[index + channelCount - 1])
        }
        var (detector, onsets) = (BeepDetector(), [Int64]())
        let first = stride(from: 0, to: pcm.count, by: channelCount).map { Float(pcm[$0]) / 32_768 }
        detector.listen(to: first, onsets: &onsets)
        #expect(onsets.count == 4)
        for (onset, expected) in zip(onsets, [24_000, 72_000, 120_000, 168_000]) {
            #expect(abs(onset - Int64(expected + decoder.lookahead)) <= 24, "\(onset)")
        }
        let loudest = first.max() ?? 0
        #expect(loudest > 0.45 && loudest < 0.55)
    }

    @Test("go on for a moment where packets were lost, then fade", arguments: codecs)
    func conceals(_ codec: Codec) throws {
        var decoder = try TelephoneDecoder(codec, channelCount: 1)
        var pcm: [Int16] = []
        // A beep begins with packet 25 and lasts five.
        for packet in try Self.packets(codec, seconds: 1)[..<28] { try decoder.decode(packet, into: &pcm) }
        let before = OpusTests.energy(pcm.suffix(480))
        pcm.removeAll()
        try decoder.conceal(800, into: &pcm)
        #expect(pcm.count == 4_800)
        #expect(OpusTests.energy(pcm[0..<480]) > before / 2)
        #expect(OpusTests.energy(pcm[3_840...]) < before / 1_000)
    }

    @Test("forget what was before a pause", arguments: codecs)
    func reset(_ codec: Codec) throws {
        var decoder = try TelephoneDecoder(codec, channelCount: 1)
        var pcm: [Int16] = []
        let packets = try Self.packets(codec, seconds: 1)
        for packet in packets[..<28] { try decoder.decode(packet, into: &pcm) }
        #expect(decoder.delay > 0)
        decoder.reset()
        #expect(decoder.delay == 0)
        pcm.removeAll()
        try decoder.conceal(160, into: &pcm)
        #expect(pcm.allSatisfy { $0 == 0 })
        #expect(try decoder.decode(packets[40], into: &pcm) == 160)
    }

    @Test("are refused when empty, and other codecs have no such decoder")
    func refuses() throws {
        #expect(throws: CodecError.self) { _ = try TelephoneDecoder(.opus, channelCount: 1) }
        var decoder = try TelephoneDecoder(.pcmu, channelCount: 1)
        var pcm: [Int16] = [1]
        #expect(throws: CodecError.self) { try decoder.decode([], into: &pcm) }
        #expect(pcm == [1])
    }

    @Test("take any bytes", arguments: codecs)
    func damage(_ codec: Codec) throws {
        var decoder = try TelephoneDecoder(codec, channelCount: 1)
        var pcm: [Int16] = []
        neverTraps((0..<24).map { UInt8($0 * 11 & 0xFF) }) { bytes in
            pcm.removeAll(keepingCapacity: true)
            try decoder.decode(bytes, into: &pcm)
        }
    }
}
