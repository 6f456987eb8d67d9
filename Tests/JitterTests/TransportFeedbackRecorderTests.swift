import Jitter
import RTP
import Testing
import Units

@Suite("Transport-wide feedback recorder")
struct TransportFeedbackRecorderTests {
    private var recorder = TransportFeedbackRecorder(interval: .milliseconds(50))

    private mutating func feedback(at now: Int64) -> TransportFeedback? {
        recorder.nextFeedback(at: .ms(now), sender: SSRC(1), media: SSRC(2))
    }

    private func expected(_ base: UInt16, reference: Int32, count: UInt8, _ deltas: [Int16?]) -> TransportFeedback {
        TransportFeedback(
            sender: SSRC(1), media: SSRC(2), baseSequenceNumber: base, referenceTime: reference, feedbackCount: count,
            deltas: deltas)
    }

    @Test("tells arrivals in quarter milliseconds since the last multiple of 64 ms")
    mutating func deltas() {
        recorder.received(65_535, at: .ms(130))
        recorder.received(2, at: .ms(131))
        recorder.received(0, at: .ms(141))
        #expect(recorder.deadline == .ms(180))
        #expect(feedback(at: 179) == nil)
        #expect(feedback(at: 180) == expected(65_535, reference: 2, count: 0, [8, 44, nil, -40]))
        #expect(feedback(at: 180) == nil)
        #expect(recorder.deadline == nil)
    }

    @Test("begins where the last feedback ended, and counts")
    mutating func continues() {
        recorder.received(10, at: .ms(0))
        _ = feedback(at: 50)
        #expect(feedback(at: 50) == nil)
        recorder.received(13, at: .ms(64))
        #expect(feedback(at: 114) == expected(11, reference: 1, count: 1, [nil, nil, 0]))
    }

    @Test("tells once more from a packet that came after its feedback")
    mutating func late() {
        for sequenceNumber in [1, 3, 4] as [UInt16] { recorder.received(sequenceNumber, at: .ms(0)) }
        _ = feedback(at: 50)
        #expect(feedback(at: 50) == nil)
        recorder.received(2, at: .ms(64))
        #expect(feedback(at: 114) == expected(2, reference: 1, count: 1, [0, -256, 0]))
    }

    @Test("what came before the first to come is told as well")
    mutating func beginning() {
        recorder.received(3, at: .ms(64))
        recorder.received(1, at: .ms(66))
        #expect(feedback(at: 114) == expected(1, reference: 1, count: 0, [8, nil, -8]))
        #expect(feedback(at: 114) == nil)
        recorder.received(0, at: .ms(128))
        #expect(feedback(at: 178) == expected(0, reference: 2, count: 1, [0, -248, nil, -8]))
    }

    @Test("a repeated packet changes nothing")
    mutating func duplicate() {
        recorder.received(1, at: .ms(0))
        recorder.received(1, at: .ms(20))
        #expect(feedback(at: 50) == expected(1, reference: 0, count: 0, [0]))
    }

    @Test("begins another feedback where a delta does not fit")
    mutating func longPause() {
        recorder.received(1, at: .ms(0))
        recorder.received(2, at: .ms(10_000))
        #expect(feedback(at: 10_000) == expected(1, reference: 0, count: 0, [0]))
        #expect(feedback(at: 10_000) == expected(2, reference: 156, count: 1, [64]))
        #expect(feedback(at: 10_000) == nil)
    }

    @Test("keeps each feedback short enough for a datagram")
    mutating func many() {
        for index in 0..<1000 as Range<Int64> {
            recorder.received(UInt16(index * 2), at: Instant(nanoseconds: index * 100_000_000))
        }
        var told = 0
        while let feedback = recorder.nextFeedback(at: .ms(1_000_000), sender: SSRC(1), media: SSRC(2)) {
            var datagram: [UInt8] = []
            RTCPPacket.transportFeedback(feedback).append(to: &datagram)
            #expect(datagram.count <= 1200)
            told += feedback.receivedCount
        }
        #expect(told == 1000)
    }

    @Test("survives wild sequence numbers, and keeps its memory small")
    mutating func wild() {
        for index in 0..<20_000 as Range<Int64> {
            recorder.received(UInt16(truncatingIfNeeded: index &* 7919), at: .ms(index))
            while let feedback = feedback(at: index) {
                #expect(feedback.deltas.count <= TransportFeedback.maximumStatusCount)
            }
        }
    }

    @Test("tells about each packet exactly once on an orderly link")
    mutating func orderly() {
        var told = 0
        for index in 0..<100_000 as Range<Int64> {
            recorder.received(UInt16(truncatingIfNeeded: index), at: .ms(index))
            while let feedback = feedback(at: index) {
                #expect(feedback.baseSequenceNumber == UInt16(truncatingIfNeeded: told))
                #expect(feedback.missingCount == 0)
                told += feedback.receivedCount
            }
        }
        #expect(told > 99_900)
    }
}
