public import Codecs
import Secure
public import Units

extension Peer where Channel: ~Copyable {
    /// How many packets may wait to be sent: seconds of any stream.
    ///
    /// At the limit frames are refused.
    static var queueLimit: Int { 4096 }

    /// Sends one frame; false if it was refused, because the peer is not connected or its queue is full.
    ///
    /// `frame.arrival` is the moment that its ticks stand for: sender reports tie it to the wall clock, and other tracks
    /// are played in time with it.
    ///
    /// Its codec is any of those that were agreed on; `encoding` is one of those that the section sends side by side.
    @discardableResult
    public mutating func send(_ frame: Frame, on mediaIndex: Int, encoding: Int = 0, at now: Instant) -> Bool {
        guard let slot = slots.slot(of: mediaIndex, encoding: encoding), senders.indices.contains(slot) else {
            preconditionFailure("only a client sends, in its own sections")
        }
        self.now = max(self.now, now)
        guard case .connected = phase, queue.count < Self.queueLimit else { return false }
        if !senders[slot].hasSent { reports.hasten(at: self.now) }
        senders[slot].send(
            frame, into: &queue, transportSequenceNumber: &transportSequenceNumber, at: self.now)
        return true
    }

    /// Asks for a keyframe of a section's track, not more often than its sender can bear.
    ///
    /// Of a simulcast, every encoding that is being sent is asked for one, unless `encoding` names one of them.
    public mutating func requestKeyframe(mediaIndex: Int, encoding: Int? = nil, at now: Instant) {
        self.now = max(self.now, now)
        for slot in slots.slots(of: mediaIndex) where tracks[slot] != nil {
            guard encoding == nil || encoding == slots.encoding(of: slot) else { continue }
            receivers[slot].requestKeyframe(at: self.now)
        }
    }

    /// Gives the bytes of a frame back, so that later frames are put together in them.
    ///
    /// No other copy of them may be left.
    public mutating func recycle(_ bytes: consuming [UInt8], of track: TrackID) {
        guard let slot = slots.slot(of: track.mediaIndex, encoding: track.encoding) else { return }
        guard tracks[slot] == track else { return }
        receivers[slot].recycle(bytes)
    }

    /// Starts ICE again with new credentials on both sides, while media goes on along the old path (RFC 8445 §9).
    public mutating func restartICE(
        local: ICECredentials, remote: ICECredentials, candidates: [RemoteCandidate] = [], at now: Instant
    ) {
        self.now = max(self.now, now)
        agent.restart(local: local, remote: remote, candidates: candidates, at: self.now)
    }

    /// Learns of another address of the other side's, for a client to check (RFC 8838 §11).
    public mutating func addRemoteCandidate(_ candidate: RemoteCandidate, at now: Instant) {
        self.now = max(self.now, now)
        agent.addRemoteCandidate(candidate, at: self.now)
    }

    /// Whether media can flow.
    public var isConnected: Bool {
        if case .connected = phase { true } else { false }
    }

    /// What the peer has seen so far; tracks that ended come first.
    public var statistics: PeerStatistics {
        var statistics = counts
        statistics.roundTrip = roundTrip ?? agent.roundTrip
        for index in receivers.indices where tracks[index] != nil {
            statistics.tracks.append(receivers[index].statistics)
            statistics.roundTrip = statistics.roundTrip ?? receivers[index].measuredRoundTrip
        }
        statistics.tracks += senders.map(\.statistics)
        return statistics
    }
}
