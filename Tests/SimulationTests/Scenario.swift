import Codecs
import Link
import Units

/// What happens in one simulated call; everything follows from the seed.
struct Scenario: CustomStringConvertible {
    enum Event: Equatable {
        case rotate(Rotation)
        case resize(PictureSize)
        case mute(MediaKind, Duration)
        /// Leaves without a word if not politely, and returns after so long with this codec.
        case rejoin(after: Duration, with: Codec, isPolite: Bool)
    }

    static let sizes = [(160, 96), (128, 128), (96, 160), (240, 136)].map { PictureSize(width: $0.0, height: $0.1) }

    let seed: UInt64
    let length: Duration
    let codec: Codec
    let size: PictureSize
    /// How fast the sender's clock runs, beyond ours, in millionths.
    let driftPartsPerMillion: Int
    let conditions: LinkConditions
    let events: [(moment: Duration, event: Event)]

    init(seed: UInt64, length: Duration, codecs: [Codec] = [.h264, .vp8, .h265, .vp9, .av1]) {
        var random = SeededGenerator(seed: seed)
        self.seed = seed
        self.length = length
        codec = codecs[Int.random(in: 0..<codecs.count, using: &random)]
        size = Self.sizes[Int.random(in: 0..<Self.sizes.count, using: &random)]
        driftPartsPerMillion = Int.random(in: -200...200, using: &random)
        conditions = Self.conditions(using: &random)
        events = Self.events(within: length, codec: codec, codecs: codecs, using: &random)
    }

    private static func conditions(using random: inout SeededGenerator) -> LinkConditions {
        LinkConditions(
            loss: [0, 0.01, 0.03, 0.08][Int.random(in: 0..<4, using: &random)],
            burstLength: Bool.random(using: &random) ? 1 : 4,
            duplication: Bool.random(using: &random) ? 0 : 0.01,
            delay: .milliseconds(Int.random(in: 5...80, using: &random)),
            jitter: .milliseconds([0, 20, 60, 150][Int.random(in: 0..<4, using: &random)]),
            keepsOrder: Bool.random(using: &random))
    }

    private static func events(
        within length: Duration, codec: Codec, codecs: [Codec], using random: inout SeededGenerator
    ) -> [(moment: Duration, event: Event)] {
        let count = Int.random(in: 0...8, using: &random)
        // Twenty seconds apart at least, so that each has come to its end before the next.
        let slots = Int(length.components.seconds) / 25 - 1
        guard slots > 0 else { return [] }
        var current = codec
        return (1...slots).shuffled(using: &random).prefix(count).sorted().map { slot in
            (.seconds(slot * 25), event(current: &current, codecs: codecs, using: &random))
        }
    }

    private static func event(
        current: inout Codec, codecs: [Codec], using random: inout SeededGenerator
    ) -> Event {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return .rotate(Rotation.allCases[Int.random(in: 0..<4, using: &random)])
        case 1: return .resize(sizes[Int.random(in: 0..<sizes.count, using: &random)])
        case 2: return .mute(.video, .milliseconds(Int.random(in: 200...12_000, using: &random)))
        case 3: return .mute(.audio, .milliseconds(Int.random(in: 200...12_000, using: &random)))
        default:
            if Int.random(in: 0..<3, using: &random) == 0 {
                current = codecs[Int.random(in: 0..<codecs.count, using: &random)]
            }
            let away = Duration.milliseconds(Int.random(in: 500...12_000, using: &random))
            return .rejoin(after: away, with: current, isPolite: Bool.random(using: &random))
        }
    }

    var description: String {
        "seed \(seed): \(codec) \(size.width)x\(size.height), \(driftPartsPerMillion) ppm, \(conditions), "
            + events.map { "\($0.moment): \($0.event)" }.joined(separator: ", ")
    }
}
