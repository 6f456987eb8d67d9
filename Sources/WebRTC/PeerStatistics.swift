public import Codecs
import Units

/// Why a datagram, or a part of one, was thrown away.
public enum DropCause: Int, CaseIterable, Sendable {
    /// Neither STUN, DTLS, RTP nor RTCP (RFC 7983 §7).
    case unknownKind
    case malformedSTUN
    /// The sender of a check does not know the password.
    case unauthenticSTUN
    /// An answer that nobody asked for.
    case unexpectedSTUN
    /// From an address that no check has proved.
    case unvalidatedAddress
    /// Before the handshake was done, or after the end.
    case notConnected
    case forged
    case replayed
    case malformedRTP
    case malformedRTCP
    /// Of no stream that was negotiated.
    case unknownStream
    /// Later than its place in the stream could wait, or a second time.
    case late
    /// A retransmission that carries no packet (RFC 4588 §4).
    case malformedRetransmission
    /// A RED packet whose blocks do not fit, or hold what was not agreed on (RFC 2198 §3).
    case malformedRedundancy
}

/// How often each cause struck.
public struct DropCounts: Equatable, Sendable {
    private var counts = [Int](repeating: 0, count: DropCause.allCases.count)

    public init() {}

    /// The count of one cause.
    public subscript(cause: DropCause) -> Int {
        get { counts[cause.rawValue] }
        set { counts[cause.rawValue] = newValue }
    }

    /// The sum of all causes.
    public var total: Int { counts.reduce(0, +) }
}

/// What was received or sent of one track so far.
public struct TrackStatistics: Equatable, Sendable {
    public var track: TrackID
    /// The name of its encoding, if it is one of a simulcast.
    public var rid: String?
    /// What it is encoded as now.
    public var codec: Codec
    /// Packets of the stream itself, repaired ones included.
    public var packetCount = 0
    /// Bytes of payload.
    public var byteCount = 0
    /// Packets that never came, or too late.
    public var lostCount = 0
    /// Packets that came by retransmission.
    public var repairedCount = 0
    /// Packets that were made from redundancy: RED's copies, or ULPFEC.
    public var recoveredCount = 0
    /// Sequence numbers asked for again, repeats included.
    public var nackCount = 0
    public var keyframeRequestCount = 0
    public var frameCount = 0
    public var keyframeCount = 0
    /// Frames that are whole only because packets of theirs were sent again, or made from redundancy.
    public var repairedFrameCount = 0
    /// Whole frames that refer to a picture which never arrived whole, or sound right behind a loss.
    public var brokenFrameCount = 0
    /// Frames given up because something in them was lost.
    public var droppedFrameCount = 0
    /// Interarrival jitter (RFC 3550 §6.4.1).
    public var jitter = Duration.zero

    init(track: TrackID, codec: Codec) {
        self.track = track
        self.codec = codec
    }
}

/// What a peer has seen so far.
public struct PeerStatistics: Equatable, Sendable {
    public var tracks: [TrackStatistics] = []
    public var drops = DropCounts()
    public var receivedDatagramCount = 0
    public var receivedByteCount = 0
    public var sentDatagramCount = 0
    public var sentByteCount = 0
    /// Packets of ours that could not be encrypted, and so were not sent.
    public var unsealedCount = 0
    /// The way there and back, as far as it could be measured.
    public var roundTrip: Duration?

    init() {}
}
