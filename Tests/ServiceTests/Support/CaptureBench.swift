import Capture
import Channel
import Codecs
import Foundation
import SDP
import Storage
import Units
import WebRTC

@testable import Service

/// One user's capture, fed with frames in virtual time; its files are real.
final class CaptureBench {
    let directory: String
    private(set) var closed: [TakeSummary] = []
    /// The texts of the indexes as they were last told, by name.
    private(set) var indexes: [String: String] = [:]
    private(set) var happenings: [String] = []
    private(set) var troubles: [String] = []

    /// What storage refused, in the order in which it was told.
    private(set) var failures: [StorageError] = []

    let storage: StorageThreads
    private let loop: MediaLoop
    private let stream: AsyncStream<CaptureNotice>
    private let notices: AsyncStream<CaptureNotice>.Continuation
    private let capture: UserCapture
    private var peer: UInt64 = 0
    private var media: [NegotiatedMedia] = []
    private var now: Int64 = 0

    /// A bench of its own, or one whose files lie beside another's and are written by the same threads.
    init(
        beside other: CaptureBench? = nil, on fileSystem: (some FileSystem)? = LinuxFileSystem?.none,
        _ change: (inout FileChoices) -> Void = { _ in },
        order changeOrder: (inout CaptureOrder) -> Void = { _ in },
        makeSound: CaptureContext.SoundMaker? = nil
    ) throws {
        directory =
            other?.directory
            ?? FileManager.default.temporaryDirectory.appending(path: "lathe-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        if let other {
            storage = other.storage
        } else if let fileSystem {
            // Synced when the writers say so, not by the clock.
            storage = try StorageThreads(
                threadCount: 1, durability: .power(every: .seconds(3600)), queueLimit: 64 << 20, on: fileSystem)
        } else {
            storage = try StorageThreads(threadCount: 1, durability: .process)
        }
        (stream, notices) = AsyncStream.makeStream(of: CaptureNotice.self)
        loop = try MediaLoop(port: 0, notices: AsyncStream.makeStream(of: PeerNotice.self).continuation)
        var files = FileChoices()
        change(&files)
        var order = CaptureOrder(
            id: CaptureID(rawValue: 1), user: .number(7), directory: directory, origin: .ms(0),
            wallOrigin: WallTime(unixNanoseconds: 1_560_238_366_000_000_000), files: files)
        order.selection.layer = files.streamType
        changeOrder(&order)
        var context = CaptureContext(order: order, storage: storage, notices: notices)
        if let makeSound { context.makeSound = makeSound }
        capture = UserCapture(context)
    }

    // MARK: - What happens

    /// The user comes, with sections of these codecs, and perhaps several encodings of each picture.
    func connect(_ codecs: [Codec] = [.opus, .h264], encodings: Int = 1, at time: Int64) {
        peer += 1
        media = codecs.enumerated().map { index, codec in
            NegotiatedMedia(
                mid: "\(index)", midIndex: index,
                formats: [NegotiatedFormat(codec: codec, payloadType: PayloadType(UInt8(96 + index)))],
                rids: encodings > 1 && codec.kind == .video ? (0..<encodings).map { "r\($0)" } : [])
        }
        capture.connect(
            ConnectionOrder(peer: PeerID(rawValue: peer), mediaLoop: loop, media: media, since: .ms(time)))
    }

    /// Sends pictures 25 times a second and sound 50 times, each in its section; sound begins 40 ms later.
    ///
    /// A keyframe comes at the beginning and every second; `change` alters pictures as they please.
    func send(
        _ sections: Set<Int> = [0, 1], from start: Int64, to end: Int64, encoding: Int = 0, ssrc: UInt32 = 1,
        keyframes: Bool = true, _ change: (inout Frame, Int64) -> Void = { _, _ in }
    ) {
        advance(to: start)
        for time in stride(from: start, to: end, by: 20) {
            advance(to: time)
            for section in sections.sorted() {
                let codec = media[section].codec
                if codec.kind == .audio {
                    guard time >= start + 40 else { continue }
                    take(PictureMaker.sound(at: time), section, encoding, ssrc)
                } else if (time - start) % 40 == 0 {
                    let isKeyframe = keyframes && (time - start) % 1_000 == 0
                    var frame = PictureMaker.picture(codec, isKeyframe: isKeyframe, at: time)
                    change(&frame, time)
                    take(frame, section, encoding, ssrc)
                }
            }
        }
        advance(to: end)
    }

    func take(_ frame: Frame, _ section: Int, _ encoding: Int = 0, _ ssrc: UInt32 = 1) {
        let track = TrackID(mediaIndex: section, ssrc: SSRC(ssrc + UInt32(section * 100)), encoding: encoding)
        capture.take(frame, of: track, from: PeerID(rawValue: peer))
    }

    func lose(_ count: Int, _ section: Int, at time: Int64) {
        let track = TrackID(mediaIndex: section, ssrc: SSRC(UInt32(1 + section * 100)))
        capture.lost(count, of: track, at: .ms(time), from: PeerID(rawValue: peer))
    }

    /// Something came of the user that is no media.
    func hear(at time: Int64) {
        advance(to: time)
        capture.heard(at: .ms(time), from: PeerID(rawValue: peer))
    }

    func leave(at time: Int64, silently: Bool = false) {
        advance(to: time)
        capture.disconnect(PeerID(rawValue: peer), at: .ms(time), silently: silently)
    }

    /// Has something else recorded of the user.
    func select(_ selection: CaptureSelection, at time: Int64) {
        advance(to: time)
        capture.select(selection, at: .ms(time))
    }

    /// Has every file followed by another.
    func rollOver(at time: Int64) {
        advance(to: time)
        capture.rollOver()
    }

    /// Lets time pass.
    func advance(to time: Int64) {
        while now + 100 <= time {
            now += 100
            capture.advance(to: .ms(now))
        }
    }

    /// Waits until storage has performed everything that was asked for, and the capture has heard of it.
    func settle() async { await storage.settle() }

    /// Ends the recording, and reads everything that was told; storage ends with the last bench that uses it.
    func finish(at time: Int64, isLast: Bool = true) async {
        advance(to: time)
        await capture.finish(at: .ms(time))?.value
        notices.finish()
        for await notice in stream {
            switch notice.kind {
            case .closed(let summary, let failure):
                closed.append(summary)
                if let failure { failures.append(failure) }
            case .index(let name, let text): indexes[name] = text
            case .happened(let type, let detail): happenings.append("\(type) \(detail)")
            case .trouble(let text): troubles.append(text)
            case .failed(_, let failure): failures.append(failure)
            case .opened, .progress, .ended: break
            }
        }
        closed.sort { ($0.start, $0.file) < ($1.start, $1.file) }
        if isLast { await storage.stop() }
    }

    // MARK: - What came of it

    /// Where each file begins and ends, in milliseconds.
    var spans: [ClosedRange<Int64>] {
        closed.map { $0.start.nanoseconds / 1_000_000...$0.end.nanoseconds / 1_000_000 }
    }

    /// The lines of all indexes without the names of files, which are numbered in their order.
    var lines: [String] {
        indexes.sorted { $0.key < $1.key }.map(\.value).joined().split(separator: "\n").map { line in
            var line = String(line)
            for (number, take) in closed.enumerated() { line.replace(take.file, with: "#\(number)") }
            return line
        }
    }

    func path(_ number: Int) -> String { directory + "/" + closed[number].file }

    deinit { try? FileManager.default.removeItem(atPath: directory) }
}

/// Frames as small as they can be that takes accept.
enum PictureMaker {
    /// Baseline parameter sets, as x264 writes them, by the width of their pictures.
    private static let sets = [
        320: ("6742c00dd901419f9f0110000003001000000303c0f142a480", "68cb83cb20"),
        640: ("6742c01ed900a02ff970110000030001000003003c0f162e48", "68cb83cb20"),
    ]

    /// A picture that arrives as soon as it is taken.
    static func picture(_ codec: Codec, isKeyframe: Bool, width: Int = 320, at time: Int64) -> Frame {
        Frame(
            codec: codec, ticks: 5_000_000 + time * 90, isKeyframe: isKeyframe,
            bytes: bytes(codec, isKeyframe: isKeyframe, width: width), arrival: .ms(time))
    }

    /// 20 ms of Opus whose sound begins at `time`; an encoder hands it out as much later as it looks ahead.
    static func sound(at time: Int64) -> Frame {
        Frame(
            codec: .opus, ticks: 9_000_000 + time * 48, isKeyframe: true, bytes: Opus.silence(channelCount: 1),
            arrival: .ms(time) + .nanoseconds(Int64(Opus.usualPreSkip) * 1_000_000_000 / 48_000))
    }

    static func bytes(_ codec: Codec, isKeyframe: Bool, width: Int = 320) -> [UInt8] {
        if codec == .vp8 {
            let (low, high) = (UInt8(width & 0xFF), UInt8(width >> 8))
            return isKeyframe ? [0x10, 2, 0, 0x9D, 1, 0x2A, low, high, 48, 0, 1, 2, 3] : [0x31, 2, 0, 1, 2, 3]
        }
        let (sps, pps) = sets[width] ?? ("", "")
        let units = isKeyframe ? [hex(sps), hex(pps), [0x65, 0x88, 0]] : [[0x41, 0x9A, 0]]
        return units.flatMap { [0, 0, 0, UInt8($0.count)] + $0 }
    }

    private static func hex(_ text: String) -> [UInt8] {
        stride(from: 0, to: text.count, by: 2).compactMap { offset in
            let start = text.index(text.startIndex, offsetBy: offset)
            return UInt8(text[start..<text.index(start, offsetBy: 2)], radix: 16)
        }
    }
}
