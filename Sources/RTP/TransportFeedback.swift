public import Units

/// When packets arrived, one by one, for the sender's congestion control
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1).
public struct TransportFeedback: Equatable, Sendable {
    public var sender: SSRC
    public var media: SSRC
    /// The transport-wide sequence number of the first packet in `deltas`.
    public var baseSequenceNumber: UInt16
    /// The moment that the first delta counts from, in units of 64 ms; 24 bits signed on the wire.
    public var referenceTime: Int32
    /// Counts feedback packets, so that the sender notices a lost one.
    public var feedbackCount: UInt8
    /// For each packet from the base on: nothing if it did not arrive, else how long after the one that
    /// arrived before it, in units of 250 µs.
    public var deltas: [Int16?]

    public init(
        sender: SSRC, media: SSRC, baseSequenceNumber: UInt16, referenceTime: Int32, feedbackCount: UInt8,
        deltas: [Int16?]
    ) {
        precondition((1...Self.maximumStatusCount).contains(deltas.count), "feedback is about a few packets")
        self.sender = sender
        self.media = media
        self.baseSequenceNumber = baseSequenceNumber
        self.referenceTime = referenceTime
        self.feedbackCount = feedbackCount
        self.deltas = deltas
    }

    /// How many packets one feedback tells about at most.
    ///
    /// The wire allows 65,535; ten feedbacks a second about 80,000 packets each second are already beyond
    /// any real peer, and a datagram of run lengths cannot then blow up to more than a few hundred KiB.
    public static let maximumStatusCount = 8192

    /// How many of the packets arrived.
    public var receivedCount: Int { deltas.reduce(0) { $0 + ($1 == nil ? 0 : 1) } }

    /// How many of the packets did not arrive, or not yet.
    public var missingCount: Int { deltas.count - receivedCount }
}

/// What a status chunk says of one packet (§3.1.1).
enum ArrivalSymbol: UInt16 {
    case notReceived = 0
    case smallDelta = 1
    case largeDelta = 2

    init(_ delta: Int16?) {
        switch delta {
        case nil: self = .notReceived
        case .some(0...255): self = .smallDelta
        case .some: self = .largeDelta
        }
    }
}
