import Bytes
import Codecs
import Link
import RTP
import Units

@testable import WebRTC

extension LinkConditions {
    /// Single losses, and the delays of a decent path.
    static func random(loss: Double, roundTrip: Int64) -> LinkConditions {
        LinkConditions(
            loss: loss, delay: .milliseconds(roundTrip / 2 - 2), jitter: .milliseconds(4), reordering: 0.02)
    }

    /// Gilbert's bursts.
    static func bursts(loss: Double, length: Double, roundTrip: Int64) -> LinkConditions {
        LinkConditions(
            loss: loss, burstLength: length, delay: .milliseconds(roundTrip / 2 - 2), jitter: .milliseconds(4),
            reordering: 0.02)
    }
}

/// Packets that never arrive, however often they are sent: what no repair can bring back.
final class Curse {
    private var sequenceNumbers: Set<UInt16> = []
    private(set) var moments: [Instant] = []
    private var next: Instant
    private let interval: Duration
    private unowned let call: Call

    /// Curses one packet of the first section every `interval`.
    init(_ call: Call, every interval: Duration) {
        self.call = call
        self.interval = interval
        next = call.now + interval
        call.up.swallows = { [unowned self] in swallows($0) }
    }

    private func swallows(_ datagram: [UInt8]) -> Bool {
        let packet = PacketBuffer(datagram)
        guard PacketKind(packet.span) == .rtp, let header = try? RTPHeader(parsing: packet.span) else { return false }
        if header.ssrc == SSRC(200), header.payload.count >= 2 {
            let place = header.payload.lowerBound
            let original = UInt16(datagram[place]) << 8 | UInt16(datagram[place + 1])
            return sequenceNumbers.contains(original)
        }
        guard header.ssrc == SSRC(100) else { return false }
        if call.now >= next {
            next = call.now + interval
            // The frame was made when its packets were queued.
            moments.append(call.sources[0].sent.last?.arrival ?? call.now)
            sequenceNumbers.insert(header.sequenceNumber)
        }
        return sequenceNumbers.contains(header.sequenceNumber)
    }
}

extension Call {
    /// The frames of the first section that came out clean: when each was sent, and when it came out.
    ///
    /// Frames are told by their ticks, which differ on both sides by a constant.
    var cleanFrames: [(sent: Instant, out: Instant)] {
        let sent = sources[0].sent
        var out: [(ticks: Int64, moment: Instant, isClean: Bool, bytes: [UInt8])] = []
        for (moment, event) in serverEvents {
            guard case .frame(let track, let frame) = event, track.mediaIndex == 0 else { continue }
            out.append((frame.ticks, moment, !frame.isBroken, frame.bytes))
        }
        guard let first = out.first, let origin = sent.first(where: { $0.bytes == first.bytes }) else { return [] }
        var moments: [Int64: (moment: Instant, bytes: [UInt8])] = [:]
        for frame in out where frame.isClean { moments[frame.ticks - first.ticks] = (frame.moment, frame.bytes) }
        return sent.compactMap { frame in
            guard let found = moments[frame.ticks - origin.ticks], found.bytes == frame.bytes else { return nil }
            return (frame.arrival, found.moment)
        }
    }
}

extension [Duration] {
    /// The value that this share of all does not exceed.
    func quantile(_ share: Double) -> Duration {
        guard !isEmpty else { return .zero }
        return sorted()[Swift.min(count - 1, Int(Double(count) * share))]
    }
}
