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
    @discardableResult
    public mutating func send(_ frame: Frame, on mediaIndex: Int, at now: Instant) -> Bool {
        precondition(senders.indices.contains(mediaIndex), "only a client sends, in its own sections")
        self.now = max(self.now, now)
        guard case .connected = phase, queue.count < Self.queueLimit else { return false }
        reports.begin(at: self.now)
        senders[mediaIndex].send(
            frame, into: &queue, transportSequenceNumber: &transportSequenceNumber, at: self.now)
        return true
    }

    /// Asks for a keyframe of a section's track, not more often than its sender can bear.
    public mutating func requestKeyframe(mediaIndex: Int, at now: Instant) {
        self.now = max(self.now, now)
        guard tracks.indices.contains(mediaIndex), tracks[mediaIndex] != nil else { return }
        receivers[mediaIndex].requestKeyframe(at: self.now)
    }

    /// Gives the bytes of a frame back, so that later frames are put together in them.
    ///
    /// No other copy of them may be left.
    public mutating func recycle(_ bytes: consuming [UInt8], of track: TrackID) {
        guard tracks.indices.contains(track.mediaIndex), tracks[track.mediaIndex] == track else { return }
        receivers[track.mediaIndex].recycle(bytes)
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
