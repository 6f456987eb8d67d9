import CFFmpeg
import Pattern
import Testing

@testable import AV

@Suite("AAC")
struct AACEncoderTests {
    @Test("packet k decodes to the samples k * 1024 and on", arguments: [1, 2], [1_024, 960, 48_000])
    func alignment(_ channelCount: Int, _ piece: Int) throws {
        var encoder = try AACEncoder(channelCount: channelCount)
        let clicks = [10_000, 40_321, 70_500, 90_000]
        var pcm = [Int16](repeating: 0, count: 96_256 * channelCount)
        for click in clicks {
            for index in click * channelCount..<(click + 8) * channelCount { pcm[index] = 30_000 }
        }
        var packets: [[UInt8]] = []
        for start in stride(from: 0, to: pcm.count, by: piece * channelCount) {
            encoder.encode(Array(pcm[start..<min(start + piece * channelCount, pcm.count)]))
            while let packet = try encoder.nextPacket() { packets.append(packet) }
        }
        encoder.finish()
        while let packet = try encoder.nextPacket() { packets.append(packet) }
        #expect(packets.count == 94)
        let decoded = try Self.decode(packets, configuration: encoder.configuration, channelCount: channelCount)
        #expect(decoded.count == 96_256)
        for click in clicks {
            let range = click - 2_000..<click + 2_000
            let loudest = range.max { abs(decoded[$0]) < abs(decoded[$1]) } ?? 0
            #expect(abs(decoded[loudest]) > 0.2)
            #expect(abs(loudest - click) <= 64)
        }
    }

    @Test("describes itself as AAC-LC at 48 kHz", arguments: [1, 2])
    func configuration(_ channelCount: Int) throws {
        let configuration = try AACEncoder(channelCount: channelCount).configuration
        // Object type 2 in five bits, frequency index 3 in four, channels in four (ISO/IEC 14496-3 §1.6.2.1).
        #expect(configuration.count >= 2)
        #expect(configuration[0] >> 3 == 2)
        #expect((configuration[0] & 7) << 1 | configuration[1] >> 7 == 3)
        #expect(configuration[1] >> 3 & 0xF == UInt8(channelCount))
    }

    @Test("ends with silence where samples did not fill a packet, and may be told twice")
    func finish() throws {
        var encoder = try AACEncoder(channelCount: 2)
        encoder.encode([Int16](repeating: 100, count: 2 * 1_500))
        encoder.finish()
        encoder.finish()
        var count = 0
        while try encoder.nextPacket() != nil { count += 1 }
        #expect(count == 2)
    }

    /// The first channel as FFmpeg's decoder hears it, all packets in order.
    static func decode(_ packets: [[UInt8]], configuration: [UInt8], channelCount: Int) throws -> [Float] {
        guard let parameters = unsafe avcodec_parameters_alloc() else { return [] }
        defer {
            var freed: UnsafeMutablePointer<AVCodecParameters>? = unsafe parameters
            unsafe avcodec_parameters_free(&freed)
        }
        unsafe parameters.pointee.codec_id = AV_CODEC_ID_AAC
        unsafe parameters.pointee.codec_type = AVMEDIA_TYPE_AUDIO
        unsafe parameters.pointee.extradata = av_mallocz(configuration.count + 64)?.assumingMemoryBound(to: UInt8.self)
        unsafe parameters.pointee.extradata_size = CInt(configuration.count)
        for (index, byte) in configuration.enumerated() { unsafe parameters.pointee.extradata[index] = byte }
        let decoder = unsafe try CodecContext.decoder(for: parameters)
        try decoder.open()
        let frame = try FrameBuffer()
        var samples: [Float] = []
        for bytes in packets {
            let packet = try PacketHolder()
            _ = unsafe av_new_packet(packet.handle, CInt(bytes.count))
            for (index, byte) in bytes.enumerated() { unsafe packet.handle.pointee.data[index] = byte }
            unsafe try decoder.send(packet: packet.handle)
            while unsafe try decoder.receive(frame: frame.handle) {
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
