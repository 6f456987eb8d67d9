import Capture
import Codecs
import Testing
import Units

@Suite("Watching whether streams are muted or fail")
struct FreezeWatchTests {
    private typealias Event = FreezeWatch.Event
    private static let (sound, camera) = (MediaRole(.audio), MediaRole(.video))

    /// A call in virtual time: `FreezeWatch` behind the `PresenceWatch` that says what stopped.
    private struct Call {
        var freeze = FreezeWatch()
        var presence = PresenceWatch(.continuous)
        var told: [Event] = []

        mutating func frame(_ role: MediaRole, isDecodable: Bool = true, at time: Int64) {
            presence.heard(role, at: .ms(time))
            follow(at: time)
            freeze.received(role, isDecodable: isDecodable, at: .ms(time))
            collect()
        }

        mutating func advance(to time: Int64) {
            presence.advance(to: .ms(time))
            follow(at: time)
            freeze.advance(to: .ms(time))
            collect()
        }

        /// Sends frames of some roles every 20 ms, and a report a second if the user is heard otherwise.
        mutating func run(
            _ roles: [MediaRole], from start: Int64, to end: Int64, reports: Bool = false, isDecodable: Bool = true
        ) {
            for time in stride(from: start, to: end, by: 20) {
                for role in roles { frame(role, isDecodable: isDecodable || role.kind == .audio, at: time) }
                if reports, time % 1_000 == 0 { freeze.heard(at: .ms(time)) }
                if time % 100 == 0 { advance(to: time) }
            }
        }

        private mutating func follow(at time: Int64) {
            while let event = presence.nextEvent() {
                switch event {
                case .muted(let role, _): freeze.stopped(role, at: .ms(time))
                case .unmuted(let role, _, _): freeze.resumed(role)
                case .returned, .ended: break
                }
            }
        }

        private mutating func collect() { while let event = freeze.nextEvent() { told.append(event) } }
    }

    @Test("tells mute and no freeze of a camera that is off while sound goes on")
    func cameraOff() {
        var call = Call()
        call.run([Self.sound, Self.camera], from: 0, to: 2_000)
        call.run([Self.sound], from: 2_000, to: 20_000)
        #expect(call.told == [.muted(Self.camera)])
        call.run([Self.sound, Self.camera], from: 20_000, to: 21_000)
        #expect(call.told == [.muted(Self.camera), .unmuted(Self.camera)])
    }

    @Test("tells mute of a user who stops everything and still sends reports, then that there is no stream")
    func everythingOff() {
        var call = Call()
        call.run([Self.sound, Self.camera], from: 0, to: 2_000)
        call.run([], from: 2_000, to: 6_900, reports: true)
        #expect(
            Set(call.told.map { "\($0)" })
                == Set([.muted(Self.sound), .muted(Self.camera)].map { (e: Event) in "\(e)" }))
        call.run([], from: 6_900, to: 30_000, reports: true)
        #expect(call.told.count == 3 && call.told.last == .noStream)
        // Sound alone is a stream again, and may end again.
        call.run([Self.sound], from: 30_000, to: 31_000, reports: true)
        call.run([], from: 31_000, to: 40_000, reports: true)
        #expect(call.told.suffix(3) == [.unmuted(Self.sound), .muted(Self.sound), .noStream])
    }

    @Test("tells a freeze of a user of whom nothing at all comes, and the return of each stream")
    func vanished() {
        var call = Call()
        call.run([Self.sound, Self.camera], from: 0, to: 2_000)
        call.run([], from: 2_000, to: 8_000)
        #expect(call.told == [.frozen(Self.sound), .frozen(Self.camera), .noStream])
        // Pictures need a keyframe before they can be decoded.
        call.run([Self.sound, Self.camera], from: 8_000, to: 8_500, isDecodable: false)
        #expect(call.told.last == .unfrozen(Self.sound))
        call.run([Self.sound, Self.camera], from: 8_500, to: 12_000)
        #expect(call.told.suffix(2) == [.unfrozen(Self.sound), .unfrozen(Self.camera)])
        #expect(call.told.count == 5)
    }

    @Test("takes a freeze for a mute when the user is heard again without frames")
    func mutedAfterAll() {
        var call = Call()
        call.run([Self.camera], from: 0, to: 2_000)
        call.run([], from: 2_000, to: 6_000)
        #expect(call.told == [.frozen(Self.camera)])
        call.run([], from: 6_000, to: 9_500, reports: true)
        #expect(call.told == [.frozen(Self.camera), .noStream, .muted(Self.camera)])
        call.run([Self.camera], from: 9_500, to: 10_000)
        #expect(call.told.last == .unmuted(Self.camera))
    }

    @Test("tells a freeze when pictures cannot be decoded for 2 s, not when a slow sender's are far apart")
    func undecodable() {
        var call = Call()
        call.frame(Self.camera, at: 0)
        call.run([Self.sound], from: 20, to: 2_800)
        call.frame(Self.camera, at: 2_800)
        #expect(call.told == [])
        call.freeze.lost(Self.camera, at: .ms(3_000))
        call.run([Self.sound, Self.camera], from: 3_000, to: 4_700, isDecodable: false)
        #expect(call.told == [])
        call.run([Self.sound, Self.camera], from: 4_700, to: 9_000, isDecodable: false)
        #expect(call.told == [.frozen(Self.camera)])
        call.run([Self.sound, Self.camera], from: 9_000, to: 20_000)
        #expect(call.told == [.frozen(Self.camera), .unfrozen(Self.camera)])
    }

    @Test("ends a freeze with a mute when the camera is turned off in it")
    func mutedInFreeze() {
        var call = Call()
        call.run([Self.sound, Self.camera], from: 0, to: 1_000)
        call.run([Self.sound, Self.camera], from: 1_000, to: 4_000, isDecodable: false)
        call.run([Self.sound], from: 4_000, to: 8_000)
        #expect(call.told == [.frozen(Self.camera), .muted(Self.camera)])
    }

    @Test("takes the pauses of DTX for nothing, and says nothing of who has left")
    func discontinuous() {
        var call = Call()
        for time in stride(from: Int64(0), through: 40_000, by: 400) {
            call.frame(Self.sound, at: time)
            call.advance(to: time + 200)
        }
        #expect(call.told == [])
        call.freeze.left()
        for time in stride(from: Int64(40_000), through: 60_000, by: 100) { call.freeze.advance(to: .ms(time)) }
        #expect(call.freeze.nextEvent() == nil)
    }
}
