public import Units

/// The times at which a recording was paused, where they are cut out of its files.
///
/// *Recorded time* goes on as the channel's does and stands still during pauses, so that what comes after one follows
/// at once on what came before, for all users alike.
public struct PauseLog: Equatable, Sendable {
    /// How many pauses are remembered one by one; of older ones only their length is.
    static let longestMemory = 64

    private struct Pause: Equatable {
        var begin: ChannelTime
        /// Nothing while it lasts.
        var end: ChannelTime?
        /// How long all pauses before it were.
        var before: Duration

        var length: Duration { end.map { $0 - begin } ?? .zero }
    }

    private var pauses: [Pause] = []

    public init() {}

    /// Whether a pause goes on.
    public var isPaused: Bool { pauses.last.map { $0.end == nil } ?? false }

    /// How long all pauses were that are over.
    public var total: Duration { pauses.last.map { $0.before + $0.length } ?? .zero }

    /// A pause begins, unless one goes on already.
    public mutating func begin(at time: ChannelTime) {
        guard !isPaused else { return }
        pauses.append(Pause(begin: max(time, pauses.last?.end ?? time), end: nil, before: total))
        if pauses.count > Self.longestMemory { pauses.removeFirst() }
    }

    /// The pause that goes on ends.
    public mutating func end(at time: ChannelTime) {
        guard isPaused, let last = pauses.last else { return }
        pauses[pauses.count - 1].end = max(time, last.begin)
    }

    /// Where a moment of the channel lies in recorded time.
    public func recorded(_ time: ChannelTime) -> ChannelTime {
        guard let pause = pauses.last(where: { $0.begin <= time }) else {
            return time - (pauses.first?.before ?? .zero)
        }
        guard let end = pause.end, time >= end else { return pause.begin - pause.before }
        return time - (pause.before + pause.length)
    }

    /// The moment of the channel that a recorded one was; the end of a pause if it lies on one.
    public func channelTime(ofRecorded time: ChannelTime) -> ChannelTime {
        guard let pause = pauses.last(where: { $0.begin - $0.before <= time }) else {
            return time + (pauses.first?.before ?? .zero)
        }
        return pause.end == nil ? pause.begin : time + pause.before + pause.length
    }
}
