/// What was found of a sender's clocks against ours.
public struct ClockMeasurement: Equatable, Sendable {
    /// How many parts in a million the sound's clock is fast.
    public var audioDriftPartsPerMillion: Double?
    /// How many parts in a million the pictures' clock is fast.
    public var videoDriftPartsPerMillion: Double?
    /// How far sound and picture are thought to be apart in the file: more than zero if the sound is late.
    public var offset: Duration?
    /// How often the sender set its wall clock.
    public var stepCount = 0
    /// How many of its reports could not be true.
    public var refusedReportCount = 0

    public init() {}
}
