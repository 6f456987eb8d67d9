import Capture
import Channel
import Codecs
import Storage
import Testing
import Units
import WebRTC

@testable import Service

/// One user's call in virtual time, recorded by what records real ones.
final class SimulatedCall {
    /// What a recording of the call left.
    struct Outcome {
        var takes: [TakeSummary] = []
        var troubles: [String] = []
        /// How long the recording was.
        var length = Duration.zero
    }

    /// How often the capture is called, as its worker does.
    private static let captureInterval = Duration.milliseconds(100)
    /// How long the server takes to notice that somebody left without a word.
    private static let silence = Duration.seconds(15)

    private let scenario: Scenario
    private let start = Instant(nanoseconds: 1_000_000_000_000)
    private let clock: SkewedClock
    private let mediaLoop: MediaLoop
    private let capture: UserCapture
    private let notices: AsyncStream<CaptureNotice>
    private let input: AsyncStream<CaptureNotice>.Continuation
    private var connection: SimulatedConnection
    private var connectionCount: UInt64 = 1
    private var now: Instant
    private var pending: [(moment: Instant, action: Action)] = []
    private var size: PictureSize
    private var rotation = Rotation.none
    private var codec: Codec
    private var isHere = false

    private enum Action {
        case event(Scenario.Event)
        case unmute(MediaKind)
        case comeBack
        /// The server finds out that a peer is gone.
        case notice(SimulatedConnection, UInt64)
    }

    init(_ scenario: Scenario, directory: String, storage: StorageThreads, mediaLoop: MediaLoop) throws {
        self.scenario = scenario
        self.mediaLoop = mediaLoop
        (codec, size, now) = (scenario.codec, scenario.size, start)
        clock = SkewedClock(origin: start, partsPerMillion: scenario.driftPartsPerMillion)
        (notices, input) = AsyncStream.makeStream(of: CaptureNotice.self)
        var files = FileChoices()
        files.audio = scenario.seed % 2 == 0 ? .aac : .opus
        let order = CaptureOrder(
            id: CaptureID(rawValue: 1), user: try #require(UserID("7")), directory: directory, origin: start,
            wallOrigin: WallTime(unixNanoseconds: 1_790_000_000_000_000_000), files: files)
        capture = UserCapture(CaptureContext(order: order, storage: storage, notices: input))
        connection = try SimulatedConnection(
            codec: scenario.codec, size: scenario.size, rotation: .none, conditions: scenario.conditions,
            clock: clock, seed: scenario.seed, at: start)
        pending = scenario.events.map { (start + $0.moment, .event($0.event)) }
    }

    /// Runs the call from its beginning to its end.
    func run() async throws -> Outcome {
        connect()
        let end = start + scenario.length
        var nextCapture = start + Self.captureInterval
        while now < end {
            var next = min(end, nextCapture)
            for moment in [connection.nextMoment, pending.map(\.moment).min()] { next = min(next, moment ?? end) }
            now = max(now, next)
            try perform()
            connection.advance(to: now) { hear($0) }
            if nextCapture <= now {
                capture.advance(to: now)
                nextCapture = nextCapture + Self.captureInterval
            }
        }
        await capture.finish(at: now)?.value
        input.finish()
        return await collect()
    }

    private func collect() async -> Outcome {
        var outcome = Outcome(length: scenario.length)
        for await notice in notices {
            switch notice.kind {
            case .closed(let summary, let failure):
                outcome.takes.append(summary)
                if let failure { outcome.troubles.append("\(failure)") }
            case .failed(_, let error): outcome.troubles.append("\(error)")
            case .trouble(let text): outcome.troubles.append(text)
            case .opened, .progress, .happened, .index, .ended: break
            }
        }
        return outcome
    }

    private func connect() {
        isHere = true
        capture.connect(
            ConnectionOrder(
                peer: PeerID(rawValue: connectionCount), mediaLoop: mediaLoop, media: connection.media, since: now))
    }

    private func hear(_ event: PeerEvent) {
        let peer = PeerID(rawValue: connectionCount)
        switch event {
        case .frame(let track, let frame): capture.take(frame, of: track, from: peer)
        case .senderReport(let track, let wall, let ticks, let arrival):
            capture.note(wall: wall, ticks: ticks, arrival: arrival, of: track, from: peer)
        case .packetsLost(let track, let count, let moment): capture.lost(count, of: track, at: moment, from: peer)
        case .connected, .trackEnded, .addressChanged, .keyframeRequested, .closed: break
        }
    }

    private func perform() throws {
        while let index = pending.firstIndex(where: { $0.moment <= now }) {
            switch pending.remove(at: index).action {
            case .event(let event): try perform(event)
            case .unmute(let kind): connection.change { Self.mute(&$0, &$1, kind, false) }
            case .comeBack: try comeBack()
            case .notice(let gone, let number):
                if number == connectionCount { capture.disconnect(PeerID(rawValue: number), at: now, silently: true) }
                gone.close(at: now) { _ in }
            }
        }
    }

    private func perform(_ event: Scenario.Event) throws {
        switch event {
        case .rotate(let rotation):
            self.rotation = rotation
            connection.change { video, _ in video.rotation = rotation }
        case .resize(let size):
            self.size = size
            try connection.change { video, _ in try video.resize(to: size) }
        case .mute(let kind, let length):
            connection.change { Self.mute(&$0, &$1, kind, true) }
            pending.append((now + length, .unmute(kind)))
        case .rejoin(let away, let codec, let isPolite):
            self.codec = codec
            connection.leave(politely: isPolite, at: now)
            if isPolite {
                capture.disconnect(PeerID(rawValue: connectionCount), at: now, silently: false)
            } else {
                pending.append((now + Self.silence, .notice(connection, connectionCount)))
            }
            pending.append((now + away, .comeBack))
        }
    }

    private static func mute(_ video: inout VideoFeed, _ audio: inout AudioFeed, _ kind: MediaKind, _ isOn: Bool) {
        switch kind {
        case .video: video.isMuted = isOn
        case .audio: audio.isMuted = isOn
        }
    }

    private func comeBack() throws {
        connectionCount += 1
        connection = try SimulatedConnection(
            codec: codec, size: size, rotation: rotation, conditions: scenario.conditions, clock: clock,
            seed: scenario.seed &+ connectionCount * 1_000, at: now)
        connect()
    }
}
