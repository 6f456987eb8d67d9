import Units

/// One stream of a simulated sender: what it captures when, and what its clock says.
///
/// Moments are in seconds of true time.
struct SimulatedStream {
    let isSound: Bool
    let drift: Double
    let firstTicks: Int64

    var rate: ClockRate { isSound ? .opus : .video }
    var interval: Double { isSound ? 0.020 : 1.0 / 30 }
    /// A packet of sound leaves when its last sample is there; a picture when it is encoded.
    var latency: Double { isSound ? 0.025 : 0.010 }

    func captured(_ frame: Int) -> Double { (isSound ? 0.013 : 0.040) + Double(frame) * interval }

    /// What its clock shows at a moment.
    func ticks(at moment: Double) -> Int64 {
        firstTicks + Int64(moment * Double(rate.ticksPerSecond) * (1 + drift) + 0.5)
    }
}
