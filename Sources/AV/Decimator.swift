import Foundation

/// Brings 48 kHz sound of one channel to a third or a sixth of that rate, piece after piece.
///
/// What the lower rate cannot hold is filtered away by a windowed sinc whose delay is known to the sample.
struct Decimator {
    /// By how many samples at 48 kHz what comes out lies behind what went in: 1 ms.
    static let delay = 48

    private let factor: Int
    private let taps: [Float]
    /// The samples before the next one, as many as the filter looks back, then those not used up.
    private var samples = [Float](repeating: 0, count: 2 * delay)

    /// A decimator that keeps one sample of `factor`.
    init(factor: Int) {
        precondition(factor > 1, "something is left out")
        self.factor = factor
        // Nine tenths of what the lower rate can hold pass: the window takes the rest to fall.
        let cutoff = 0.9 / Double(factor)
        let shape = (-Self.delay...Self.delay).map { place in
            let angle = Double.pi * Double(place)
            let sinc = place == 0 ? cutoff : sin(angle * cutoff) / angle
            // Hann's window.
            return sinc * (0.5 + 0.5 * cos(angle / Double(Self.delay)))
        }
        let sum = shape.reduce(0, +)
        taps = shape.map { Float($0 / sum) }
    }

    /// Takes samples, a multiple of the factor, and appends what they make.
    mutating func convert(_ input: [Float], into output: inout [Int16]) {
        precondition(input.count % factor == 0, "whole samples come out")
        samples += input
        for end in stride(from: taps.count, through: samples.count, by: factor) {
            var sum: Float = 0
            for index in taps.indices { sum += taps[index] * samples[end - taps.count + index] }
            output.append(Int16(clamping: Int(sum.rounded())))
        }
        samples.removeFirst(input.count)
    }
}
