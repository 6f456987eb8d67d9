import Bytes
import Testing
import Units

@testable import STUN

/// The sample messages of RFC 5769 §2.1–2.3, and their password.
enum Vectors {
    static let password = "VOkJxbRl1RmTxUk/WvJxBt"

    static let request = bytes(
        """
        00010058 2112a442 b7e7a701 bc34d686 fa87dfae
        80220010 5354554e 20746573 7420636c 69656e74
        00240004 6e0001ff
        80290008 932ff9b1 51263b36
        00060009 6576746a 3a683676 59202020
        00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2
        80280004 e57a3bcf
        """)

    static let responseV4 = bytes(
        """
        0101003c 2112a442 b7e7a701 bc34d686 fa87dfae
        8022000b 74657374 20766563 746f7220
        00200008 0001a147 e112a643
        00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7
        80280004 c07d4c96
        """)

    static let responseV6 = bytes(
        """
        01010048 2112a442 b7e7a701 bc34d686 fa87dfae
        8022000b 74657374 20766563 746f7220
        00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9
        00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41
        80280004 c8fb0b4c
        """)

    private static func bytes(_ text: String) -> [UInt8] { [UInt8](hex: text) ?? [] }
}

// The test macros cannot carry a span.
private func parse(_ bytes: [UInt8]) throws -> STUNMessage { try STUNMessage(parsing: bytes.span) }

extension STUNMessage {
    fileprivate func isAuthentic(_ bytes: [UInt8], _ password: String) -> Bool {
        isAuthentic(bytes.span, password: password)
    }
}

@Suite("STUN message, RFC 8489 §5")
struct STUNMessageTests {
    @Test("reads the sample request of RFC 5769 §2.1")
    func sampleRequest() throws {
        let message = try parse(Vectors.request)
        var expected = STUNMessage(
            .request, transaction: .init(high: 0xB7E7_A701, low: 0xBC34_D686_FA87_DFAE))
        expected.software = "STUN test client"
        expected.priority = 0x6E00_01FF
        expected.role = .controlled(tieBreaker: 0x932F_F9B1_5126_3B36)
        expected.username = "evtj:h6vY"
        expected.integrityOffset = message.integrityOffset
        #expect(message == expected)
        #expect(message.recipientFragment == "evtj")
        #expect(message.isAuthentic(Vectors.request, Vectors.password))
        #expect(!message.isAuthentic(Vectors.request, Vectors.password + "x"))
    }

    @Test(
        "reads the sample responses of RFC 5769 §2.2 and §2.3",
        arguments: [
            (Vectors.responseV4, "192.0.2.1:32853"),
            (Vectors.responseV6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853"),
        ])
    func sampleResponse(_ bytes: [UInt8], _ address: String) throws {
        let message = try parse(bytes)
        #expect(message.kind == .success)
        #expect(message.software == "test vector")
        #expect(message.mappedAddress?.description == address)
        #expect(message.isAuthentic(bytes, Vectors.password))
    }

    @Test("reads back what it wrote", arguments: written)
    func roundTrip(_ message: STUNMessage) throws {
        let bytes = message.serialized(password: "a password of some length")
        var parsed = try parse(bytes)
        #expect(parsed.isAuthentic(bytes, "a password of some length"))
        parsed.integrityOffset = nil
        #expect(parsed == message)
    }

    private static var written: [STUNMessage] {
        let transaction = STUNMessage.TransactionID(high: 1, low: 2)
        var check = STUNMessage(.request, transaction: transaction)
        check.username = "them:us"
        check.priority = 0x7E00_00FF
        check.usesCandidate = true
        check.role = .controlling(tieBreaker: .max)
        var answer = STUNMessage(.success, transaction: transaction)
        answer.mappedAddress = TransportAddress("[2001:db8::1]:9")
        var failure = STUNMessage(.failure, transaction: transaction)
        failure.failure = .roleConflict
        var unknown = STUNMessage(.failure, transaction: transaction)
        unknown.failure = .unknownAttribute
        unknown.unknownAttributes = [0x7777, 0x0003]
        return [check, answer, failure, unknown, STUNMessage(.indication, transaction: transaction)]
    }

    @Test("without a password it carries a FINGERPRINT and no MESSAGE-INTEGRITY")
    func bare() throws {
        let bytes = STUNMessage(.request, transaction: .init(high: 0, low: 0)).serialized(password: nil)
        let parsed = try parse(bytes)
        #expect(bytes.count == 28)
        #expect(parsed.integrityOffset == nil)
        #expect(!parsed.isAuthentic(bytes, ""))
    }

    @Test("names an attribute that had to be understood, and only in requests")
    func unknownAttribute() throws {
        var bytes = Array(Vectors.request[0..<20])
        bytes += [0x77, 0x77, 0, 1, 9, 0, 0, 0, 0xC0, 0x57, 0, 4, 0, 0, 0, 1]
        bytes.overwrite(bigEndian: UInt16(16), at: 2)
        #expect(try parse(bytes).unknownAttributes == [0x7777])
        bytes[0] = 1
        #expect(try parse(bytes).unknownAttributes == [])
    }

    @Test("ignores what stands behind MESSAGE-INTEGRITY")
    func behindIntegrity() throws {
        var message = STUNMessage(.request, transaction: .init(high: 0, low: 0))
        message.username = "a:b"
        var bytes = Array(message.serialized(password: "p").dropLast(8))
        bytes += [0, 0x25, 0, 0]
        bytes.overwrite(bigEndian: UInt16(bytes.count - 20), at: 2)
        let parsed = try parse(bytes)
        #expect(!parsed.usesCandidate)
        #expect(parsed.isAuthentic(bytes, "p"))
    }

    @Test(
        "refuses",
        arguments: [
            ([], .truncated(at: 0, needed: 2, available: 0)),
            ([0x00, 0x03] + Vectors.request.dropFirst(2), .invalid("type", at: 0)),
            (Vectors.request + [0, 0, 0, 0], .invalid("length", at: 2)),
            (Vectors.request.dropLast(4) + [0, 0, 0, 0], .invalid("FINGERPRINT", at: 100)),
            (Vectors.request[0..<4] + [0] + Vectors.request[5...], .invalid("magic cookie", at: 4)),
        ] as [([UInt8], WireError)])
    func refuses(_ bytes: [UInt8], _ error: WireError) {
        #expect(throws: error) { try parse(bytes) }
    }

    @Test("no prefix is a message", arguments: [Vectors.request, Vectors.responseV4, Vectors.responseV6])
    func prefixes(_ bytes: [UInt8]) {
        for count in 0..<bytes.count {
            #expect(throws: WireError.self) { try parse(Array(bytes[0..<count])) }
        }
    }

    @Test("no flipped bit passes", arguments: [Vectors.request, Vectors.responseV4, Vectors.responseV6])
    func flippedBits(_ bytes: [UInt8]) {
        // A flip in FINGERPRINT's own type makes it an unknown attribute, which hides it; nothing else does.
        let fingerprintType = (bytes.count - 8) * 8..<(bytes.count - 6) * 8
        for bit in 0..<bytes.count * 8 where !fingerprintType.contains(bit) {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            let parsed = try? parse(flipped)
            #expect(parsed?.isAuthentic(flipped, Vectors.password) != true, "bit \(bit)")
        }
    }

    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return mixed ^ mixed >> 31
        }
    }

    @Test("random attribute bodies never trap")
    func randomBodies() {
        var generator = SplitMix(state: 7)
        for _ in 0..<5000 {
            var bytes = Array(Vectors.request[0..<20])
            let body = (0..<Int.random(in: 0...10, using: &generator)).flatMap { _ -> [UInt8] in
                let types = [0x0006, 0x0008, 0x0009, 0x0020, 0x0024, 0x802A, 0x8028]
                let type = types.randomElement(using: &generator) ?? 6
                let count = UInt8.random(in: 0...24, using: &generator)
                let value = (0..<Int(count + 3) / 4 * 4).map { _ in UInt8.random(in: 0...255, using: &generator) }
                return [UInt8(type >> 8), UInt8(type & 0xFF), 0, count] + value
            }
            bytes += body
            bytes.overwrite(bigEndian: UInt16(body.count), at: 2)
            if let message = try? parse(bytes) {
                #expect(!message.isAuthentic(bytes, "x"))
            }
        }
    }
}
