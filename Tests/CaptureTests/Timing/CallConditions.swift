import Link
import Testing
import Units

/// What a simulated call goes through.
struct CallConditions: Sendable, CustomTestStringConvertible {
    var name: String
    var seconds = 600.0
    var link: LinkConditions
    /// How much faster than true time the sender's clocks run.
    var soundDrift = 0.0
    var pictureDrift = 0.0
    var wallDrift = 0.0
    /// How far apart a report's two clocks may lie, in seconds.
    var reportNoise = 0.002
    /// How the sound gets into the file.
    var keepsPackets = false
    /// Whether lost packets of sound are sent again; browsers do so for pictures only.
    var repairsSound = false
    /// Nothing of the sound is sent between these moments.
    var mute: Range<Double>?

    var testDescription: String { name }

    /// 2 % loss and 50 ms jitter, as the usual bar has it.
    static let lossy = LinkConditions(loss: 0.02, delay: .milliseconds(30), jitter: .milliseconds(50))
    /// 10 % loss in bursts, 200 ms jitter, of which disorder follows, and 1 % sent twice.
    static let harsh = LinkConditions(
        loss: 0.10, burstLength: 5, duplication: 0.01, delay: .milliseconds(30), jitter: .milliseconds(200))
}
