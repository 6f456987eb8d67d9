/// How badly a link treats what is sent over it.
public struct LinkConditions: Equatable, Sendable {
    /// The share of datagrams that vanish, 0…1.
    public var loss: Double
    /// How many datagrams vanish in a row, on average; at least 1.
    ///
    /// Above 1 the losses come in bursts while their share stays `loss` (a two-state Gilbert model).
    public var burstLength: Double
    /// The share of datagrams that arrive twice, 0…1.
    public var duplication: Double
    /// How long every datagram travels at the least.
    public var delay: Duration
    /// How much longer it may travel: between nothing and this.
    public var jitter: Duration
    /// The share of datagrams whose extra time is drawn by itself, uniformly; the others share one that drifts slowly,
    /// as queues fill and empty, so that they keep their order, 0…1.
    public var reordering: Double
    /// Whether a datagram waits for those sent before it, as in most real queues.
    ///
    /// Without this, jitter also changes the order.
    public var keepsOrder: Bool
    /// How much passes in a second; unlimited if nothing.
    public var bitsPerSecond: Int?
    /// How long a datagram may wait for its turn at `bitsPerSecond` before it is dropped.
    public var longestQueue: Duration

    public init(
        loss: Double = 0, burstLength: Double = 1, duplication: Double = 0, delay: Duration = .zero,
        jitter: Duration = .zero, reordering: Double = 1, keepsOrder: Bool = false, bitsPerSecond: Int? = nil,
        longestQueue: Duration = .milliseconds(300)
    ) {
        self.loss = loss
        self.burstLength = burstLength
        self.duplication = duplication
        self.delay = delay
        self.jitter = jitter
        self.reordering = reordering
        self.keepsOrder = keepsOrder
        self.bitsPerSecond = bitsPerSecond
        self.longestQueue = longestQueue
    }

    /// Nothing is lost and everything arrives at once.
    public static let perfect = LinkConditions()
}
