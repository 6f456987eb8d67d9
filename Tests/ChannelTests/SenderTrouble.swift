import Testing

/// What is wrong with a simulated peer and the network between it and the recorder.
struct SenderTrouble: Sendable, CustomTestStringConvertible {
    var name: String
    var seconds = 60.0
    var loss = 0.03
    var jitter = 0.050
    /// How fast the peer's sound card, camera clock and wall clock run beyond nominal.
    var audioDrift = 0.0
    var videoDrift = 0.0
    var wallDrift = 0.0
    /// When the first reports leave, and how far apart the later ones are on average.
    var firstAudioReport = 5.0
    var firstVideoReport = 2.5
    var audioReportInterval = 5.0
    var videoReportInterval = 1.0
    /// By how much a report's two clocks may disagree.
    var reportNoise = 0.003
    /// The peer sets its wall clock.
    var step: (at: Double, by: Double)?
    /// The share of reports whose wall clock is wrong by anything up to two hours.
    var wrongReports = 0.0
    /// No reports come any more from here on.
    var lastReport = 1e9
    /// Reports come this much before the first frame.
    var reportsBeforeFrames = false
    /// Frames tell when they were captured, one in so many.
    var captureTimeInterval: Int?
    /// Sound is muted, and sends nothing, between these moments.
    var mute: Range<Double>?
    /// The microphone is taken away here: its ticks stand still for so long.
    var pause: (at: Double, length: Double)?
    /// How far apart the packets of sound are, as by DTX.
    var audioInterval = 0.020
    /// From here on the camera sends with ticks that lie elsewhere, as another stream of the same section.
    var newCamera: Double?
    var audioStart: UInt32 = 4_000_000_000
    var videoStart: UInt32 = 77

    var testDescription: String { name }
}
