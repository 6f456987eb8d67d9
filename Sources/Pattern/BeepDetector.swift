/// Finds where beeps begin in 48 kHz sound, to the sample.
///
/// It measures the 1 kHz part of the last millisecond, one period, at every sample. A beep has begun where
/// that first reaches half of what the beep then holds: its sound fills half the window there, whatever its
/// loudness, and half a window earlier is the onset. Codecs' pre-echo is fainter than half and does not count.
public struct BeepDetector: Sendable {
    private enum State {
        /// Sounding since before anything was known: that beep's onset was missed.
        case unknown
        case quiet
        /// Loud since `since`, perhaps a beep.
        case rising(since: Int64)
        case sounding
    }

    /// Below this 1 kHz amplitude nothing is a beep: -40 dB of full scale.
    private static let floor: Float = 0.01
    /// A beep holds its loudness at least this long; the real one lasts twice that.
    private static let holdLength = 2_400
    /// The tone must be gone this long before another can begin: 10 ms.
    private static let restLength = 480
    private static let window = 48

    private var state: State = .unknown
    private var place: Int64 = 0
    private var history = [Float](repeating: 0, count: window)
    private var real: Float = 0
    private var imaginary: Float = 0
    private var envelope: [Float] = []
    private var restCount = 0
    /// The squared amplitude that the present beep reached.
    private var loudness: Float = 0

    /// A detector that stands at place zero.
    public init() { envelope.reserveCapacity(Self.holdLength) }

    /// Where the next sample lies.
    public var nextPlace: Int64 { place }

    /// Takes samples of one channel and appends the places of the onsets they complete.
    public mutating func listen(to samples: [Float], onsets: inout [Int64]) {
        for index in samples.indices {
            let squared = measure(samples[index])
            step(squared, onsets: &onsets)
            place += 1
        }
    }

    /// The squared amplitude of the 1 kHz part of the last 48 samples.
    private mutating func measure(_ sample: Float) -> Float {
        let phase = Int(truncatingIfNeeded: place.quotientAndRemainder(dividingBy: 48).remainder)
        let slot = phase < 0 ? phase + Self.window : phase
        if slot == 0 { settle() }
        let change = sample - history[slot]
        history[slot] = sample
        real += change * Self.cosines[slot]
        imaginary += change * Self.sines[slot]
        let scale: Float = 2 / Float(Self.window)
        return (real * real + imaginary * imaginary) * scale * scale
    }

    /// Sums the window anew once a period, so that rounding never adds up.
    private mutating func settle() {
        (real, imaginary) = (0, 0)
        for slot in 0..<Self.window {
            real += history[slot] * Self.cosines[slot]
            imaginary += history[slot] * Self.sines[slot]
        }
    }

    private mutating func step(_ squared: Float, onsets: inout [Int64]) {
        switch state {
        case .unknown:
            if rests(squared, below: Self.floor * Self.floor) { state = .quiet }
        case .quiet:
            guard squared >= Self.floor * Self.floor else { return }
            envelope.removeAll(keepingCapacity: true)
            envelope.append(squared)
            state = .rising(since: place)
        case .rising(let since):
            envelope.append(squared)
            guard envelope.count == Self.holdLength else { return }
            conclude(since: since, onsets: &onsets)
        case .sounding:
            if rests(squared, below: max(Self.floor * Self.floor, loudness / 16)) { state = .quiet }
        }
    }

    private mutating func rests(_ squared: Float, below limit: Float) -> Bool {
        restCount = squared < limit ? restCount + 1 : 0
        guard restCount >= Self.restLength else { return false }
        restCount = 0
        return true
    }

    /// Decides, half a beep after it grew loud, whether that was one and where it began.
    private mutating func conclude(since: Int64, onsets: inout [Int64]) {
        let peak = envelope.reduce(0, max)
        let isHeld = (envelope.last ?? 0) >= peak / 4
        guard isHeld, let rise = envelope.firstIndex(where: { $0 >= peak / 4 }) else {
            state = .quiet
            return
        }
        // The window that reaches half ends at the crossing and is half full there.
        onsets.append(since + Int64(rise) - Int64(Self.window / 2) + 1)
        loudness = peak
        restCount = 0
        state = .sounding
    }

    private static let sines = Oscillator.period.map { Float($0.sine) }
    private static let cosines = Oscillator.period.map { Float($0.cosine) }
}
