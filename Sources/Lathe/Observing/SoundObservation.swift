import AV
import Codecs
import Service
import Synchronization
import Units

/// Decodes users' sound, packet by packet, to one channel of the rate that was asked for.
final class SoundObservation: Sendable {
    /// One user's decoders.
    private final class User {
        var opus: OpusDecoder
        var telephone: TelephoneDecoder?
        var converter: RateConverter?

        init(sampleRate: Int) throws(CodecError) {
            opus = try OpusDecoder(channelCount: 1)
            if sampleRate != OpusDecoder.sampleRate {
                converter = try RateConverter(from: OpusDecoder.sampleRate, to: sampleRate)
            }
        }

        func decode(_ frame: Frame) throws(CodecError) -> [Int16] {
            var pcm: [Int16] = []
            if frame.codec == .opus {
                try opus.decode(frame.bytes, into: &pcm)
            } else {
                let known: Codec? =
                    switch telephone {
                    case .some(let telephone): telephone.codec
                    case .none: nil
                    }
                if known != frame.codec { telephone = try TelephoneDecoder(frame.codec, channelCount: 1) }
                try telephone?.decode(frame.bytes, into: &pcm)
            }
            let isConverted =
                switch converter {
                case .some: true
                case .none: false
                }
            guard isConverted else { return pcm }
            var converted: [Int16] = []
            try converter?.convert(pcm, into: &converted)
            return converted
        }
    }

    private let sampleRate: Int
    private let users = Mutex<[String: User]>([:])
    private let body: @Sendable (PCMSound) -> Void

    /// Calls `body` with each packet's sound.
    init(sampleRate: Int, _ body: @escaping @Sendable (PCMSound) -> Void) {
        self.sampleRate = sampleRate
        self.body = body
    }

    /// Takes the next packet, on the observer's thread; one that cannot be decoded is left out.
    func take(_ tapped: TappedFrame) {
        // Only this thread comes here: the lock is for the compiler, and `body` is called outside.
        let samples = users.withLock { users -> [Int16] in
            do {
                let user = try users[tapped.uid] ?? User(sampleRate: sampleRate)
                users[tapped.uid] = user
                return try user.decode(tapped.frame)
            } catch {
                return []
            }
        }
        guard !samples.isEmpty else { return }
        body(
            PCMSound(
                uid: tapped.uid, time: .nanoseconds(tapped.time.nanoseconds), sampleRate: sampleRate, samples: samples))
    }
}
