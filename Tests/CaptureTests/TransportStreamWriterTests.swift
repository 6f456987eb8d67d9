import Bytes
import Codecs
import TestSupport
import Testing
import TransportStream
import Units

@testable import Capture

@Suite("A take as a transport stream")
struct TransportStreamWriterTests {
    private static let aac = TrackFormat.aac(sampleRate: 48_000, channelCount: 1, configuration: [0x11, 0x88])

    private static func bytes(_ writer: inout TransportStreamWriter) -> [UInt8] {
        var bytes: [UInt8] = []
        while let write = writer.nextWrite() { if case .append(let more) = write { bytes += more } }
        return bytes
    }

    private static func demuxer(of bytes: ArraySlice<UInt8>) -> TransportDemuxer {
        var demuxer = TransportDemuxer()
        for start in stride(from: 0, to: bytes.count, by: TransportPacket.byteCount) {
            demuxer.push(bytes.span.extracting(start..<start + TransportPacket.byteCount))
        }
        return demuxer
    }

    private static func sound(_ number: Int64) -> Sample {
        Sample(
            decodeTicks: number * 1_024, durationTicks: 1_024, isKeyframe: true, bytes: [UInt8](repeating: 7, count: 90)
        )
    }

    @Test("packs sound with its headers, a tenth of a second together, at the time of the first")
    func packing() throws {
        var writer = TransportStreamWriter()
        #expect(writer.addTrack(Self.aac, timescale: .opus) == 0)
        for number in 0..<20 { writer.append(Self.sound(Int64(number)), track: 0) }
        // 20 packets of 1024 samples at 48 kHz, in whole ticks of 90 kHz.
        #expect(writer.openFragmentDuration == .nanoseconds(38_400 * 100_000 / 9))
        writer.finish()
        var demuxer = Self.demuxer(of: Self.bytes(&writer)[...])
        demuxer.finish()
        var units: [StreamUnit] = []
        while let unit = demuxer.nextUnit() { units.append(unit) }
        #expect(units.reduce(0) { $0 + $1.bytes.count } == 20 * 97)
        #expect(units.count == 4)
        #expect(units.map(\.presentationTicks) == [0, 9_600, 19_200, 28_800].map { TransportMuxer.lead + $0 })
    }

    @Test("tells of a second track in its first tables, if nothing is written when it comes")
    func tables() {
        var writer = TransportStreamWriter()
        #expect(writer.addTrack(Self.aac, timescale: .opus) == 0)
        writer.append(Self.sound(0), track: 0)
        let pictures = TrackFormat.h264(
            width: 320, height: 240, sequenceParameterSets: [], pictureParameterSets: [])
        #expect(writer.addTrack(pictures, timescale: .video) == 1)
        writer.cutFragment()
        let demuxer = Self.demuxer(of: Self.bytes(&writer).prefix(2 * TransportPacket.byteCount))
        #expect(Set(demuxer.kinds.values) == [.adts, .h264])
    }

    @Test("refuses codecs that have no place in it, and a second track of a kind")
    func refusals() {
        var writer = TransportStreamWriter()
        #expect(writer.addTrack(Self.aac, timescale: .opus) == 0)
        #expect(writer.addTrack(Self.aac, timescale: .opus) == nil)
        #expect(writer.addTrack(.opus(channelCount: 1, preSkip: 312), timescale: .opus) == nil)
    }

    @Test("is what a container choice makes of H.264 and H.265 alone")
    func container() throws {
        #expect(try Container(video: .h264, audio: .aac, choice: .ts) == .ts)
        #expect(try Container(video: nil, audio: .aac, choice: .ts) == .ts)
        #expect(throws: ContainerRefusal.self) { try Container(video: .vp8, audio: .aac, choice: .ts) }
        #expect(throws: ContainerRefusal.self) { try Container(video: .h264, audio: .opus, choice: .ts) }
        #expect(FilePlan(video: .vp8, choice: .ts, keepsOpus: false).container == .webm)
    }
}
