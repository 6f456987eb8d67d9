import Foundation
import Synchronization

/// How loud users are, from one interval to the next, by the times of their sound.
final class VolumeMeter: Sendable {
    /// Of a user: the sum of squares, and of how many samples.
    private struct Energy {
        var sum = 0.0
        var count = 0
    }

    private struct State {
        var users: [String: Energy] = [:]
        var begun: Duration?
    }

    /// Softer than this is the noise of a room.
    private static let audible = 3

    private let interval: Duration
    private let state = Mutex(State())

    init(every interval: Duration) { self.interval = interval }

    /// Takes some sound; says how loud everybody was when an interval is over, the loudest first.
    func hear(_ sound: PCMSound) -> [RecorderEvent] {
        state.withLock { state in
            let begun = state.begun ?? sound.time
            var events: [RecorderEvent] = []
            state.begun = begun
            if sound.time - begun >= interval {
                events = Self.events(state.users)
                state = State(users: [:], begun: sound.time)
            }
            var energy = state.users[sound.uid] ?? Energy()
            energy.sum = sound.samples.reduce(energy.sum) { $0 + Double($1) * Double($1) }
            energy.count += sound.samples.count
            state.users[sound.uid] = energy
            return events
        }
    }

    private static func events(_ users: [String: Energy]) -> [RecorderEvent] {
        let speakers = users.map { uid, energy in
            SpeakerVolume(uid: uid, volume: volume(rms: (energy.sum / Double(max(1, energy.count))).squareRoot()))
        }.sorted { ($1.volume, $0.uid) < ($0.volume, $1.uid) }
        guard let loudest = speakers.first else { return [] }
        let isSomebody = loudest.volume >= audible
        return [.audioVolumeIndication(speakers)] + (isSomebody ? [.activeSpeaker(uid: loudest.uid)] : [])
    }

    /// From 0 at 60 dB below the loudest sine to 255 at it, evenly in decibels as ears hear it.
    static func volume(rms: Double) -> Int {
        guard rms > 0 else { return 0 }
        let decibels = 20 * log10(rms / (32_767 / 2.0.squareRoot()))
        return min(255, max(0, Int(((decibels + 60) / 60 * 255).rounded())))
    }
}
