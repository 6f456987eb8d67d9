public import Bytes
import Codecs
import Jitter
import RTP
public import Secure
public import Units

/// Which end of a connection a peer is.
public enum PeerRole: Sendable {
    /// Answers: ICE-lite, and receives media.
    case server
    /// Offered: checks and nominates, and sends media.
    case client
}

/// One WebRTC connection, from its first datagram to its last.
///
/// Owns no socket and reads no clock. After each call, take `nextOutput()` until it says `.wait`; then call
/// `advance(to:)` at the moment it names, or `receive(_:from:on:at:)` when a datagram comes before.
///
/// `Channel` does DTLS and SRTP; it must have been made for the side that the session descriptions chose.
public struct Peer<Channel: SecureChannel & ~Copyable>: ~Copyable {
    /// How long nothing authentic may be heard: half of RFC 7675 §5.1's limit, so that a recording learns soon
    /// that its user is gone.
    public static var consentTimeout: Duration { .seconds(15) }
    /// How long it may take from the answer to the end of the handshake.
    public static var connectTimeout: Duration { .seconds(30) }

    /// The datagram of the last `.datagram` output, until the next call.
    public internal(set) var outgoing = PacketBuffer()

    let role: PeerRole
    var channel: Channel
    var agent: ICEAgent
    var now: Instant
    let start: Instant
    let wallClock: NTPTime
    /// The stream that our feedback comes from when we send no media.
    let feedbackSSRC: SSRC
    /// What ties our streams together (RFC 3550 §6.5.1).
    let canonicalName: String

    let media: [MediaPlan]
    /// The places for tracks: one for each encoding of each section.
    let slots: Slots
    var streams = StreamTable()
    /// The track that each slot carries now.
    var tracks: [TrackID?]
    /// The tracks' receivers; one without a track in `tracks` is vacant.
    ///
    /// Not optionals: to look into one of those is to copy it.
    var receivers: [TrackReceiver]
    /// Which stream each slot lost to a goodbye last.
    var goodbyes: [Goodbye?]
    /// What a client sends, by slot.
    var senders: [TrackSender] = []
    var reports = ReportSchedule()
    var transportFeedback = TransportFeedbackRecorder()
    /// The extension that numbers all packets, one for the whole bundle (RFC 8285 §5).
    let transportSequenceExtension: UInt8?
    /// Any stream of theirs, for feedback about all of them.
    var lastMediaSSRC = SSRC(0)
    let allowsReducedSizeRTCP: Bool
    var transportSequenceNumber: UInt16 = 0
    var queue = PacketQueue()
    var pacer = Pacer()
    /// Scratch space for control packets.
    var control: [UInt8] = []
    /// Counts full intra requests (RFC 5104 §4.3.1.1).
    var fullIntraRequestCount: UInt8 = 0
    /// The sealed goodbye of a peer that was closed.
    var farewell: PacketBuffer?

    var events = Queue<PeerEvent>()
    var phase = Phase.connecting
    /// Whether we begin the handshake, and have not yet.
    var mustStartHandshake: Bool
    var lastSendPath: Path?
    var counts = PeerStatistics()
    /// Measured by reports about what we send.
    var roundTrip: Duration?
    /// How fast the other side answered the handshake's flights at best: its thinking included, but better than nothing.
    var handshakeRoundTrip: Duration?
    /// When the flight was sent that is not answered yet.
    var flightSent: Instant?
    /// What the sender may send, if it wants to be told.
    var bitrate: BitrateEstimate?
    /// When the last authentic packet of media came.
    public internal(set) var lastMediaHeard: Instant?
    /// What had been expected and lost when the estimate was told last.
    var bitrateLoss: (expected: Int64, lost: Int64) = (0, 0)

    /// A life has three phases; what the channel and the agent do inside them is theirs to know.
    enum Phase: Equatable, Sendable {
        case connecting
        case connected(SRTPProfile)
        /// Only what is queued still goes out.
        case closed(PeerEnd)
    }

    /// A stream that ended, and when.
    struct Goodbye: Sendable {
        var ssrc: SSRC
        var moment: Instant
    }

    /// What both session descriptions settled, in the words of this room.
    struct Plan: Sendable {
        var remote: ICECredentials
        var candidates: [RemoteCandidate] = []
        var beginsHandshake: Bool
        var media: [MediaPlan]
    }

    init(
        role: PeerRole, local: ICECredentials, plan: Plan, localAddresses: [TransportAddress],
        channel: consuming Channel, wallClock: NTPTime, seed: UInt64, at now: Instant
    ) {
        var generator = SeededGenerator(seed: seed)
        self.role = role
        self.channel = channel
        agent = ICEAgent(
            role == .server ? .lite : .full, local: local, remote: plan.remote, localAddresses: localAddresses,
            seed: generator.next(), at: now)
        for candidate in plan.candidates { agent.addRemoteCandidate(candidate, at: now) }
        self.now = now
        start = now
        self.wallClock = wallClock
        feedbackSSRC = SSRC(generator.next())
        canonicalName = String(generator.next() as UInt64, radix: 36)
        media = plan.media
        mustStartHandshake = plan.beginsHandshake
        transportSequenceNumber = generator.next()
        slots = Slots(media)
        tracks = [TrackID?](repeating: nil, count: slots.count)
        goodbyes = [Goodbye?](repeating: nil, count: slots.count)
        receivers = (0..<slots.count).map { [slots] slot in
            let section = slots.section(of: slot)
            let track = TrackID(mediaIndex: section, ssrc: SSRC(0), encoding: slots.encoding(of: slot))
            return TrackReceiver(id: track, plan.media[section], at: now)
        }
        transportSequenceExtension = media.lazy.compactMap(\.extensions.transportSequence).first
        if role == .server, transportSequenceExtension == nil, media.contains(where: \.usesBitrateEstimate) {
            bitrate = BitrateEstimate()
        }
        allowsReducedSizeRTCP = media.contains(where: \.allowsReducedSizeRTCP)
        switch role {
        case .server: streams = StreamTable(media)
        case .client:
            for slot in 0..<slots.count {
                let section = slots.section(of: slot)
                senders.append(
                    TrackSender(
                        media[section], mediaIndex: section, encoding: slots.encoding(of: slot), using: &generator))
            }
        }
    }
}
