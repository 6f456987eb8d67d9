public import Units

/// One message of a STUN Binding transaction (RFC 8489 §5), with the attributes that ICE uses (RFC 8445 §16).
///
/// Other methods than Binding belong to relays (TURN) and are refused when parsed.
public struct STUNMessage: Equatable, Sendable {
    public var kind: Kind
    public var transaction: TransactionID
    /// `recipient's fragment:sender's fragment` in a connectivity check (RFC 8445 §7.2.2).
    public var username: String?
    public var priority: UInt32?
    public var usesCandidate = false
    public var role: Role?
    /// The address that the request came from, as its receiver saw it (XOR-MAPPED-ADDRESS).
    public var mappedAddress: TransportAddress?
    public var failure: Failure?
    public var software: String?
    /// Attributes that must be understood and are not (RFC 8489 §14.13); in a 420 answer, those of the request.
    public var unknownAttributes: [UInt16] = []
    /// Where MESSAGE-INTEGRITY begins in the datagram that was parsed; nothing if it carries none.
    public internal(set) var integrityOffset: Int?

    /// A message with no attributes.
    public init(_ kind: Kind, transaction: TransactionID) {
        self.kind = kind
        self.transaction = transaction
    }
}

extension STUNMessage {
    /// The class of a Binding message, as its type field has it (RFC 8489 §5).
    public enum Kind: UInt16, Sendable {
        case request = 0x0001
        case indication = 0x0011
        case success = 0x0101
        case failure = 0x0111
    }

    /// The 96 bits that pair an answer with its request.
    public struct TransactionID: Hashable, Sendable {
        public var high: UInt32
        public var low: UInt64

        public init(high: UInt32, low: UInt64) {
            self.high = high
            self.low = low
        }

        /// Draws an identifier at random.
        public init(using generator: inout some RandomNumberGenerator) {
            high = generator.next()
            low = generator.next()
        }
    }

    /// The side of ICE that the sender takes, with its tie-breaker (RFC 8445 §7.2.5).
    public enum Role: Equatable, Sendable {
        case controlling(tieBreaker: UInt64)
        case controlled(tieBreaker: UInt64)
    }

    /// What an ERROR-CODE attribute says (RFC 8489 §14.8).
    public struct Failure: Equatable, Sendable {
        public var code: Int
        public var reason: String

        public init(code: Int, reason: String) {
            self.code = code
            self.reason = reason
        }

        /// Attributes that must be understood are not (RFC 8489 §14.8).
        public static let unknownAttribute = Failure(code: 420, reason: "Unknown Attribute")
        /// Both sides take the same role (RFC 8445 §7.3.1.1).
        public static let roleConflict = Failure(code: 487, reason: "Role Conflict")
    }

    /// The first half of `username`: the fragment of the agent that the message is meant for.
    public var recipientFragment: Substring? {
        guard let username, let colon = username.firstIndex(of: ":") else { return nil }
        return username[..<colon]
    }
}

enum Attribute {
    static let mappedAddress: UInt16 = 0x0001
    static let username: UInt16 = 0x0006
    static let messageIntegrity: UInt16 = 0x0008
    static let errorCode: UInt16 = 0x0009
    static let unknownAttributes: UInt16 = 0x000A
    static let realm: UInt16 = 0x0014
    static let nonce: UInt16 = 0x0015
    static let messageIntegritySHA256: UInt16 = 0x001C
    static let xorMappedAddress: UInt16 = 0x0020
    static let priority: UInt16 = 0x0024
    static let useCandidate: UInt16 = 0x0025
    static let software: UInt16 = 0x8022
    static let fingerprint: UInt16 = 0x8028
    static let iceControlled: UInt16 = 0x8029
    static let iceControlling: UInt16 = 0x802A
}

let magicCookie: UInt32 = 0x2112_A442
let headerByteCount = 20
let fingerprintMask: UInt32 = 0x5354_554E
