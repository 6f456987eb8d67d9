import Bytes
import Codecs
import RTP
import Testing
import Units

@testable import WebRTC

@Suite("Repair timer")
struct RepairTimerTests {
    @Test("measures the time from a request to its answer, and smooths it")
    func measures() {
        var timer = RepairTimer()
        #expect(timer.roundTrip == RepairTimer.initialRoundTrip)
        timer.asked(for: [7, 8], at: .ms(0))
        timer.repaired(7, at: .ms(40))
        #expect(timer.measured == .milliseconds(40))
        timer.repaired(8, at: .ms(120))
        #expect(timer.measured == .milliseconds(50))
    }

    @Test("an answer is overdue after the round trip and what it usually differs by")
    func answerTime() {
        var timer = RepairTimer(assuming: .milliseconds(200))
        #expect(timer.answerTime == .milliseconds(250))
        for number in 0..<40 as Range<UInt16> {
            timer.asked(for: [number], at: .ms(Int64(number) * 1_000))
            timer.repaired(number, at: .ms(Int64(number) * 1_000 + 100))
        }
        #expect(timer.answerTime == .milliseconds(115))
        for number in 40..<80 as Range<UInt16> {
            timer.asked(for: [number], at: .ms(Int64(number) * 1_000))
            timer.repaired(number, at: .ms(Int64(number) * 1_000 + (number % 2 == 0 ? 80 : 120)))
        }
        #expect((Duration.milliseconds(170)...(.milliseconds(190))).contains(timer.answerTime))
    }

    @Test("learns nothing from a packet that was asked for twice, nor from one that nobody asked for")
    func ambiguous() {
        var timer = RepairTimer()
        timer.asked(for: [7], at: .ms(0))
        timer.asked(for: [7], at: .ms(50))
        timer.repaired(7, at: .ms(60))
        timer.repaired(9, at: .ms(60))
        #expect(timer.measured == nil)
    }

    @Test("learns that the round trip is longer than believed from answers to requests that were repeated too soon")
    func tooShort() {
        var timer = RepairTimer(assuming: .milliseconds(50))
        var number: UInt16 = 0
        while timer.measured != .milliseconds(200), number < 60 {
            var moment: Int64 = 0
            while moment < 200 {
                timer.asked(for: [number], at: .ms(moment))
                moment += timer.answerTime.wholeMilliseconds
            }
            timer.repaired(number, at: .ms(200))
            timer.repaired(number, at: .ms(290))
            number += 1
        }
        #expect(timer.measured == .milliseconds(200))
    }

    @Test("believes no chance: a request that was lost says nothing of the round trip")
    func chance() {
        var timer = RepairTimer(assuming: .milliseconds(100))
        for number in 0..<200 as Range<UInt16> {
            timer.asked(for: [number], at: .ms(0))
            let isLost = number % 4 != 0
            if isLost { timer.asked(for: [number], at: .ms(125)) }
            timer.repaired(number, at: .ms(isLost ? 175 : 50))
        }
        #expect(timer.measured == .milliseconds(50))
    }

    @Test("forgets the oldest requests beyond its limit")
    func bounded() {
        var timer = RepairTimer()
        timer.asked(for: Array(0..<65), at: .ms(0))
        timer.repaired(0, at: .ms(10))
        #expect(timer.measured == nil)
        timer.repaired(64, at: .ms(10))
        #expect(timer.measured == .milliseconds(10))
    }
}

@Suite("The schedule of reports")
struct ReportScheduleTests {
    @Test("tells of what is new soon, and at an even pace of what is known")
    func pace() {
        var schedule = ReportSchedule()
        #expect(schedule.deadline == nil)
        schedule.hasten(at: .ms(0))
        // Another stream begins just before the first report.
        schedule.hasten(at: .ms(99))
        var moments: [Instant] = []
        while let due = schedule.deadline, due <= .ms(3_000) {
            let isEarly = schedule.takeDue(at: due - .milliseconds(1), interval: .seconds(1))
            let isDue = schedule.takeDue(at: due, interval: .seconds(1))
            #expect(!isEarly && isDue)
            moments.append(due)
        }
        #expect(moments == [.ms(100), .ms(199), .ms(1_199), .ms(2_199)])
    }
}

@Suite("Requests for keyframes")
struct KeyframeRequestsTests {
    private static let roundTrip = Duration.milliseconds(100)

    /// What was asked for at 0 and begins to come at 150 ms.
    private static func coming() -> KeyframeRequests {
        var requests = KeyframeRequests()
        requests.want(at: .ms(0))
        let isAsked = requests.takeDue(at: .ms(0), roundTrip: roundTrip, isPathLossy: false)
        #expect(isAsked && requests.deadline == .ms(250))
        requests.comes(at: .ms(150), roundTrip: roundTrip)
        return requests
    }

    @Test("are put off while a keyframe comes, and repeated when it has had time to be repaired")
    func putOff() {
        var requests = Self.coming()
        #expect(requests.deadline == .ms(600))
        let isAsked = requests.takeDue(at: .ms(600), roundTrip: Self.roundTrip, isPathLossy: false)
        #expect(isAsked && requests.count == 2)
    }

    @Test("are made all the same if what comes may not become whole")
    func precaution() {
        var requests = Self.coming()
        requests.wantAsPrecaution(at: .ms(320))
        #expect(requests.deadline == .ms(320))
        // What was asked for at first is no precaution, and is not withdrawn like one.
        requests.withdrawPrecaution()
        #expect(requests.isWanted)
        requests.satisfied()
        #expect(!requests.isWanted)
    }

    @Test("serve who wishes for a keyframe while one comes")
    func wish() {
        var requests = Self.coming()
        requests.wish(at: .ms(200))
        #expect(requests.deadline == .ms(600))
    }
}

@Suite("Overture")
struct OvertureTests {
    private func header(_ number: UInt16) throws -> RTPHeader {
        var packet = PacketBuffer()
        let fields = RTPFields(
            marker: true, payloadType: PayloadType(96), sequenceNumber: number, timestamp: RTPTimestamp(0),
            ssrc: SSRC(1))
        let payload: [UInt8] = [1]
        RTPWriter.write(fields, payload: payload.span, into: &packet)
        return try RTPHeader(parsing: packet.span)
    }

    @Test("gives the first packets out in the order of sending, once, after its patience")
    func order() throws {
        var overture = Overture()
        #expect(overture.deadline == nil)
        for number: UInt16 in [12, 10, 11] {
            let payload = [UInt8(number)]
            overture.hold(
                try header(number), place: Int64(number), descriptor: payload.span.extracting(0..<0),
                payload: payload.span,
                at: .ms(5))
        }
        #expect(overture.deadline == .ms(55))
        let early = overture.take(at: .ms(54))
        #expect(early.isEmpty && !overture.isOver)
        let items = overture.take(at: .ms(55))
        #expect(items.map(\.payload) == [[10], [11], [12]])
        #expect(overture.isOver && overture.deadline == nil)
        let again = overture.take(at: .ms(99))
        #expect(again.isEmpty)
    }

    @Test("is over early when it is full")
    func full() throws {
        var overture = Overture()
        let payload: [UInt8] = []
        for number in 0..<Overture.limit {
            overture.hold(
                try header(1), place: Int64(number), descriptor: payload.span, payload: payload.span, at: .ms(0))
        }
        let items = overture.take(at: .ms(1))
        #expect(items.count == Overture.limit)
    }
}

@Suite("Queues")
struct QueueTests {
    @Test("what goes in first comes out first, however in and out are mixed")
    func order() {
        var queue = Queue<Int>()
        var (next, expected) = (0, 0)
        for round in 0..<2_000 {
            for _ in 0..<(round % 7) {
                queue.append(next)
                next += 1
            }
            for _ in 0..<(round % 5) {
                guard let taken = queue.popFirst() else { break }
                #expect(taken == expected)
                expected += 1
            }
            #expect(queue.count == next - expected)
        }
        while let taken = queue.popFirst() {
            #expect(taken == expected)
            expected += 1
        }
        #expect(expected == next && queue.isEmpty)
        queue.append(1)
        queue.removeAll()
        let nothing = queue.popFirst()
        #expect(nothing == nil)
    }

    @Test("packets keep their order while their queue grows")
    func packets() {
        var queue = PacketQueue()
        var buffer = PacketBuffer()
        var (next, expected) = (0, 0)
        for round in 0..<200 {
            for _ in 0..<(round % 9) {
                queue.reserve()
                queue.next.storage[0] = UInt8(next & 0xFF)
                queue.next.count = 1
                queue.commit()
                next += 1
            }
            for _ in 0..<(round % 7) {
                let isTaken = queue.popFirst(into: &buffer)
                #expect(isTaken == (expected < next))
                guard isTaken else { break }
                #expect(buffer.bytes == [UInt8(expected & 0xFF)])
                expected += 1
            }
        }
        #expect(queue.count == next - expected)
    }

    @Test("the pacer lets a burst pass, and then one packet each interval")
    func pacer() {
        var pacer = Pacer()
        let now = Instant.ms(1_000)
        var count = 0
        while pacer.nextSend <= now {
            pacer.sent(at: now)
            count += 1
        }
        #expect(count == Pacer.burst + 1)
        #expect(pacer.nextSend == now + Pacer.interval)
    }
}
