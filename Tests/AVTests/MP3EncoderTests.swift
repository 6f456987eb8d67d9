import CFFmpeg
import Testing

@testable import AV

@Suite("MP3")
struct MP3EncoderTests {
    private static let clicks = [10_000, 40_321, 70_500, 94_900]

    /// Two seconds of silence with clicks in it, encoded piece by piece; the second channel is silent.
    private static func frames(
        _ channelCount: Int, _ sampleRate: Int, count: Int = 96_000, piece: Int = 960
    ) throws -> (frames: [[UInt8]], delay: Int, samplesPerFrame: Int) {
        var encoder = try MP3Encoder(channelCount: channelCount, sampleRate: sampleRate)
        var pcm = [Int16](repeating: 0, count: count * channelCount)
        for click in clicks where click + 24 <= count {
            for sample in click..<click + 24 { pcm[sample * channelCount] = 20_000 }
        }
        var frames: [[UInt8]] = []
        for start in stride(from: 0, to: pcm.count, by: piece * channelCount) {
            try encoder.encode(Array(pcm[start..<min(start + piece * channelCount, pcm.count)]))
            while let frame = try encoder.nextPacket() { frames.append(frame) }
        }
        try encoder.finish()
        try encoder.finish()
        while let frame = try encoder.nextPacket() { frames.append(frame) }
        return (frames, encoder.delay, encoder.samplesPerFrame)
    }

    @Test(
        "comes out of a decoder where it went in, behind the delay",
        arguments: [16_000, 32_000, 44_100, 48_000], [1, 2])
    func alignment(sampleRate: Int, channelCount: Int) throws {
        let made = try Self.frames(channelCount, sampleRate)
        #expect(made.samplesPerFrame == (sampleRate == 16_000 ? 576 : 1_152))
        let decoded = try Self.decode(made.frames, channelCount: channelCount)
        #expect(decoded.count == made.frames.count * made.samplesPerFrame)
        // All of the sound is there, and not a whole second frame more than that takes.
        let rest = decoded.count - made.delay - sampleRate * 2
        #expect((0..<2 * made.samplesPerFrame).contains(rest), "\(rest)")
        for click in Self.clicks {
            let place = made.delay + click * sampleRate / 48_000
            let range = place - 400..<place + 400
            let loudest = range.max { abs(decoded[$0]) < abs(decoded[$1]) } ?? 0
            #expect(abs(decoded[loudest]) > 0.1)
            #expect(abs(loudest - place) <= 32, "\(loudest - place)")
        }
    }

    @Test("is the same however it comes in", arguments: [44_100, 48_000])
    func pieces(sampleRate: Int) throws {
        let whole = try Self.frames(2, sampleRate, piece: 96_000).frames
        #expect(try Self.frames(2, sampleRate, piece: 480).frames == whole)
        #expect(try Self.frames(2, sampleRate, piece: 1_001).frames.count == whole.count)
    }

    @Test("comes out whole even if there is hardly any", arguments: [0, 1, 480, 1_152, 1_153])
    func little(count: Int) throws {
        for sampleRate in [16_000, 44_100, 48_000] {
            let made = try Self.frames(1, sampleRate, count: count)
            let sound = (count * sampleRate + 24_000) / 48_000
            #expect(made.frames.count * made.samplesPerFrame >= (sound == 0 ? 0 : made.delay + sound))
        }
    }

    /// The first channel as FFmpeg's decoder hears it, all frames in order.
    private static func decode(_ frames: [[UInt8]], channelCount: Int) throws -> [Float] {
        let decoder = try CodecContext(decoder: "mp3float")
        try decoder.open()
        let frame = try FrameBuffer()
        var samples: [Float] = []
        for bytes in frames {
            let packet = try PacketHolder()
            _ = unsafe av_new_packet(packet.handle, CInt(bytes.count))
            for (index, byte) in bytes.enumerated() { unsafe packet.handle.pointee.data[index] = byte }
            unsafe try decoder.send(packet: packet.handle)
            while unsafe try decoder.receive(frame: frame.handle) {
                unsafe #expect(frame.handle.pointee.ch_layout.nb_channels == CInt(channelCount))
                guard let plane = unsafe frame.handle.pointee.extended_data[0] else { continue }
                let count = unsafe Int(frame.handle.pointee.nb_samples)
                unsafe plane.withMemoryRebound(to: Float.self, capacity: count) { floats in
                    for index in 0..<count { unsafe samples.append(floats[index]) }
                }
            }
        }
        return samples
    }
}
