import Units

/// Stretches of time in which something held, in their order.
///
/// Its memory is bounded: when there are too many, the two that lie closest together are told as one.
struct SpanList<Cause: Equatable & Sendable>: Sendable {
    struct Span: Equatable, Sendable {
        var start: ChannelTime
        var end: ChannelTime
        var cause: Cause
        /// How many stretches it stands for.
        var count = 1
        /// How long they are together, without what lies between them.
        var held: Duration

        init(_ start: ChannelTime, _ end: ChannelTime, _ cause: Cause) {
            (self.start, self.end, self.cause) = (start, end, cause)
            held = end - start
        }
    }

    /// The most spans that are told apart.
    let limit: Int
    private(set) var spans: [Span] = []

    /// A list of at most `limit` spans.
    init(limit: Int = 200) { self.limit = limit }

    /// Adds a span that begins no earlier than the last one ended.
    mutating func add(from start: ChannelTime, to end: ChannelTime, _ cause: Cause) {
        guard end > start else { return }
        spans.append(Span(start, end, cause))
        if spans.count > limit { mergeClosest() }
    }

    /// Makes one of two neighbours, which keeps the cause of the longer.
    private mutating func mergeClosest() {
        let gaps = zip(spans, spans.dropFirst()).map { $1.start - $0.end }
        guard let place = gaps.indices.min(by: { gaps[$0] < gaps[$1] }) else { return }
        let next = spans.remove(at: place + 1)
        if next.held > spans[place].held { spans[place].cause = next.cause }
        spans[place].end = max(spans[place].end, next.end)
        spans[place].held += next.held
        spans[place].count += next.count
    }
}
