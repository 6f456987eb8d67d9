import Bytes
import Codecs
import Depacketize
import Foundation
import MP4
import TestSupport
import Testing
import Units
import WebM

@testable import Repair

@Suite("Making files of a Janus server's recordings")
struct JanusRepairTests {
    /// Two seconds of pictures; their first packet was written at `start` microseconds.
    static func pictures(
        _ codec: Codec = .h264, start: Int64, change: (inout [[UInt8]]) -> Void = { _ in }
    ) throws -> [UInt8] {
        let fixture = try Fixture(codec == .h264 ? .h264 : .vp8)
        var writer = MJRWriter(#"{"t":"v","c":"\#(codec.rawValue)","s":1,"u":\#(start)}"#)
        var sequence: UInt16 = 65_530
        for sample in fixture.samplesInBand {
            var packetizer = Packetizer(codec, maximumPayloadByteCount: 600)
            packetizer.load(
                Frame(
                    codec: codec, ticks: sample.decodeTicks, isKeyframe: sample.isKeyframe, bytes: sample.bytes,
                    arrival: .ms(0)))
            var packets: [[UInt8]] = []
            while packetizer.advance() {
                packets.append(
                    MJRWriter.rtp(
                        packetizer.payload, sequence: sequence,
                        timestamp: 4_294_960_000 &+ UInt32(sample.decodeTicks), marker: packetizer.marker))
                sequence &+= 1
            }
            change(&packets)
            for packet in packets { writer.packet(packet, arrivalMilliseconds: UInt32(sample.decodeTicks / 90)) }
        }
        return writer.bytes
    }

    static func sound(start: Int64) throws -> [UInt8] {
        var writer = MJRWriter(#"{"t":"a","c":"opus","s":1,"u":\#(start)}"#)
        for (number, sample) in try Fixture(.opus).samples.enumerated() {
            let packet = MJRWriter.rtp(
                sample.bytes, sequence: UInt16(number), timestamp: UInt32(sample.decodeTicks) + 77, payloadType: 111)
            // The network delays some.
            let delay = UInt32(number % 7 == 3 ? 30 : 0)
            writer.packet(packet, arrivalMilliseconds: UInt32(sample.decodeTicks / 48) + delay)
        }
        return writer.bytes
    }

    private static func starts(_ bytes: [UInt8]) -> [String: Int64] {
        var starts: [String: Int64] = [:]
        for track in MovieFile(reading: bytes).tracks {
            let first = track.samples.first?.presentationTicks ?? 0
            starts[track.handler.description] = first * 1000 / Int64(track.timescale.ticksPerSecond)
        }
        return starts
    }

    @Test("pairs sound with pictures, and places them by when they arrived") func pair() throws {
        let scene = try Scene()
        let origin: Int64 = 1_700_000_000_000_000
        try scene.write("videoroom-1234-user-7-1700-video-1.mjr", try Self.pictures(start: origin + 250_000))
        try scene.write("videoroom-1234-user-7-1700-audio-0.mjr", try Self.sound(start: origin))
        let reports = try scene.repair()
        #expect(reports.map(\.outcome) == [.repaired], "\(reports)")
        let bytes = try scene.bytes("videoroom-1234-user-7-1700.mp4")
        let movie = MovieFile(reading: bytes)
        // The pictures begin a quarter of a second late; sound is silent until they end.
        #expect(
            movie.isWhole && movie.tracks.map(\.samples.count).sorted() == [60, 113],
            "\(movie.tracks.map(\.samples.count))")
        let starts = Self.starts(bytes)
        #expect(abs((starts["vide"] ?? 0) - (starts["soun"] ?? 0) - 250) <= 7, "\(starts)")
        #expect(try scene.repair().map(\.outcome) == [.whole, .whole])
        guard SecondOpinion.isAvailable else { return }
        let answer = try SecondOpinion.decode(bytes, extension: "mp4")
        #expect(answer.status == 0 && answer.errors.isEmpty, "\(answer.errors)")
    }

    @Test("knows which recordings are one user's") func groups() throws {
        let scene = try Scene()
        let together = [
            ["videoroom-1-user-7-1795996747918619-audio-1.mjr", "videoroom-1-user-7-1795996747918562-video-0.mjr"],
            ["videoroom-1-user-7-1795996800000000-audio-1.mjr"], ["videoroom-1-user-8-1795996747918600-video-0.mjr"],
            ["rec-5-audio.mjr", "rec-5-video.mjr"], ["x.mjr"],
            ["b-audio-0.mjr", "b-video-1.mjr"], ["b-video-2.mjr"],
        ]
        for name in together.joined() { try scene.write(name, "") }
        for names in together {
            for name in names {
                let found = JanusFiles.group(of: FilePath("\(scene.path)/\(name)"))
                #expect(found.map(\.name) == names)
            }
        }
        let pair = together[0].map { FilePath($0) }
        #expect(JanusFiles.stem(of: pair) == "videoroom-1-user-7-1795996747918562")
    }

    @Test("puts VP8 into WebM, and either alone into a file of its own") func alone() throws {
        let scene = try Scene()
        try scene.write("r-video.mjr", try Self.pictures(.vp8, start: 5))
        #expect(try scene.repair("r-video.mjr").map(\.outcome) == [.repaired])
        let webM = WebMFile(reading: try scene.bytes("r.webm"))
        #expect(webM.isWhole && webM.tracks.map(\.samples.count) == [60])
        try scene.write("s-audio-0.mjr", try Self.sound(start: 5))
        #expect(try scene.repair("s-audio-0.mjr").map(\.outcome) == [.repaired])
        #expect(MovieFile(reading: try scene.bytes("s.m4a")).tracks.map(\.samples.count) == [101])
    }

    @Test("encodes telephone sound anew, since no file holds it", arguments: ["pcmu", "pcma", "g722"])
    func telephone(codec: String) throws {
        let scene = try Scene()
        var writer = MJRWriter(#"{"t":"a","c":"\#(codec)","s":1,"u":5}"#)
        for number in 0..<100 where number != 40 {
            let payload = [UInt8](repeating: 0xD5, count: 160)
            let packet = MJRWriter.rtp(
                payload, sequence: UInt16(number), timestamp: UInt32(number) * 160, payloadType: 0)
            writer.packet(packet, arrivalMilliseconds: UInt32(number) * 20)
        }
        try scene.write("t-audio-0.mjr", writer.bytes)
        #expect(try scene.repair("t-audio-0.mjr").map(\.outcome) == [.repaired])
        let bytes = try scene.bytes("t.m4a")
        let track = try #require(MovieFile(reading: bytes).tracks.first)
        #expect(track.format?.codec == .aac && abs(track.endTicks / 48 - 2_000) <= 45, "ends at \(track.endTicks / 48)")
        guard SecondOpinion.isAvailable else { return }
        let answer = try SecondOpinion.decode(bytes, extension: "m4a")
        #expect(answer.status == 0 && answer.errors.isEmpty, "\(answer.errors)")
    }

    @Test("takes redundant sound apart, and turns pictures as their packets say") func extensions() throws {
        let scene = try Scene()
        var sound = MJRWriter(#"{"t":"a","c":"opus","u":5,"or":63}"#)
        var before: [UInt8] = []
        for (number, sample) in try Fixture(.opus).samples.enumerated() {
            var payload: [UInt8] = []
            if !before.isEmpty {
                payload = [0x80 | 111]
                payload.append(bigEndian24: 960 << 10 | UInt32(before.count))
            }
            payload += [111] + before + sample.bytes
            let packet = MJRWriter.rtp(
                payload, sequence: UInt16(number), timestamp: UInt32(number) * 960, payloadType: 63)
            sound.packet(packet, arrivalMilliseconds: UInt32(number) * 20)
            before = sample.bytes
        }
        try scene.write("r-audio-0.mjr", sound.bytes)
        let turned = try Self.pictures(start: 5) { packets in
            // A one-byte extension with number 3: turned by 90 degrees.
            for index in packets.indices {
                packets[index][0] |= 0x10
                packets[index].insert(contentsOf: [0xBE, 0xDE, 0, 1, 0x30, 1, 0, 0], at: 12)
            }
        }
        let text = String(decoding: turned.prefix(120), as: UTF8.self)
        let head = try #require(text.firstMatch(of: /\{.*\}/)).output
        let description = head.dropLast() + #","x":{"3":"urn:3gpp:video-orientation"}}"#
        let frames = turned.dropFirst(10 + head.utf8.count)
        try scene.write("r-video-1.mjr", MJRWriter(String(description)).bytes + frames)
        #expect(try scene.repair("r-video-1.mjr").map(\.outcome) == [.repaired])
        let bytes = try scene.bytes("r.mp4")
        let tracks = MovieFile(reading: bytes).tracks
        let heard = try #require(tracks.first { $0.handler == "soun" })
        #expect(
            try heard.samples.map { bytes.read(at: $0.offset, count: $0.byteCount) }
                == Fixture(.opus).samples.map(\.bytes))
        #expect(tracks.first { $0.handler == "vide" }?.rotation == .quarter)
    }

    @Test("puts packets in order, and says what never came") func loss() throws {
        let scene = try Scene()
        var number = 0
        let bytes = try Self.pictures(start: 5) { packets in
            number += 1
            if packets.count > 1 { packets.swapAt(0, packets.count - 1) }
            if number == 30 { packets.removeLast() }
        }
        try scene.write("r-video-0.mjr", bytes)
        let reports = try scene.repair("r-video-0.mjr")
        #expect(reports[0].notes.contains { $0.contains("packets of pictures never came") }, "\(reports)")
        let tracks = MovieFile(reading: try scene.bytes("r.mp4")).tracks
        #expect(tracks.first?.samples.count ?? 0 >= 29)
    }

    @Test("says how much sound is no sound, or has no place", arguments: [nil, 63])
    func soundLeftOut(redundant: Int?) throws {
        let scene = try Scene()
        var writer = MJRWriter(#"{"t":"a","c":"opus","u":5\#(redundant.map { ",\"or\":\($0)" } ?? "")}"#)
        for (number, sample) in try Fixture(.opus).samples.enumerated() {
            let payload = number == 20 ? [0xFF] : (redundant == nil ? [] : [111]) + sample.bytes
            // From the thirtieth on the clock says that 200 ms happened twice.
            let packet = MJRWriter.rtp(
                payload, sequence: UInt16(number), timestamp: UInt32(number < 30 ? number : number - 10) * 960,
                payloadType: UInt8(redundant ?? 111))
            writer.packet(packet, arrivalMilliseconds: UInt32(number) * 20)
        }
        try scene.write("r-audio-0.mjr", writer.bytes)
        let report = try #require(try scene.repair("r-audio-0.mjr").first)
        #expect(report.outcome == .partly, "\(report)")
        let damage =
            redundant == nil ? "1 packets of sound cannot be decoded" : "1 packets and 0 bytes beside them are damaged"
        #expect(report.notes.contains { $0.hasPrefix(damage) }, "\(report.notes)")
        #expect(report.notes.contains { $0.hasPrefix("200 ms of sound came for a time") }, "\(report.notes)")
    }

    @Test("is not led astray by a packet whose numbers are damaged", arguments: [2, 3, 4, 5])
    func wildNumbers(place: Int) throws {
        let scene = try Scene()
        var number = 0
        let bytes = try Self.pictures(start: 5) { packets in
            number += 1
            if number == 20 { packets[0][place] ^= 0x40 }
        }
        try scene.write("r-video-0.mjr", bytes)
        _ = try scene.repair("r-video-0.mjr")
        let track = try #require(MovieFile(reading: try scene.bytes("r.mp4")).tracks.first)
        #expect(track.samples.count >= 19 && track.endTicks <= 181_000, "\(track.samples.count), \(track.endTicks)")
    }

    @Test(
        "says why it cannot be done",
        arguments: [
            (#"{"t":"v","c":"h264","e":true}"#, "encrypted"), (#"{"t":"a","c":"multiopus"}"#, "multiopus"),
            ("{", "cannot be read"),
        ])
    func refuses(description: String, words: String) throws {
        let scene = try Scene()
        var writer = MJRWriter(description)
        writer.packet(MJRWriter.rtp([1, 2], sequence: 1, timestamp: 1), arrivalMilliseconds: 0)
        try scene.write("a.mjr", writer.bytes)
        let reports = try scene.repair("a.mjr")
        #expect(reports.map(\.outcome) == [.hopeless])
        #expect(reports[0].notes.joined().contains(words), "\(reports)")
    }
}
