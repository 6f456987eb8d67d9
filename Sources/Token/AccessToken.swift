public import Bytes

/// What a token of the legacy product says of its own life.
///
/// Its signature is not looked at, nor whom it lets in: that takes the certificate. Two formats are known, those that begin
/// with 007 and 006; the keys before them say nothing that can be read without the channel.
public struct AccessToken: Equatable, Sendable {
    /// No token has a thousand letters, and none that is unpacked as many bytes.
    public static let maximumTextByteCount = 8 << 10
    public static let maximumByteCount = 64 << 10

    /// The service that a channel is, and its privilege to join.
    private static let (channelService, joinPrivilege): (UInt16, UInt16) = (1, 1)

    /// The project that it is for.
    public var appID: String
    /// When the right to be in a channel ends, in seconds since 1970; nothing if it never does.
    public var expiry: Int64?

    /// Reads a token; fails if the text is none.
    public init(parsing text: String) throws(WireError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.maximumTextByteCount else {
            throw .invalid("length", at: Self.maximumTextByteCount)
        }
        switch String(decoding: bytes.prefix(3), as: UTF8.self) {
        case "007": try self.init(version7: bytes[3...])
        case "006": try self.init(version6: bytes[3...])
        default: throw .invalid("version", at: 0)
        }
    }

    /// A packed signature, App ID, issue and life, a salt, then services in ascending order of their types.
    private init(version7 text: ArraySlice<UInt8>) throws(WireError) {
        let packed = try Base64.bytes(of: text)
        var fields = Fields(try Inflater.bytes(of: packed, limit: Self.maximumByteCount))
        guard try fields.readBytes().count == 32 else { throw .invalid("signature", at: 0) }
        appID = try fields.readText()
        let (issued, life) = (Int64(try fields.readUInt32()), Int64(try fields.readUInt32()))
        _ = try fields.readUInt32()
        expiry = issued + life
        // The channel's service is the first there is; what follows another one cannot be found without knowing that.
        guard try fields.readUInt16() > 0, try fields.readUInt16() == Self.channelService else { return }
        for (privilege, end) in try fields.readPrivileges() where privilege == Self.joinPrivilege && end > 0 {
            expiry = issued + min(life, Int64(end))
        }
    }

    /// The App ID, then a packed signature, two checksums, and a message of salt, time and privileges.
    private init(version6 text: ArraySlice<UInt8>) throws(WireError) {
        guard text.count > 32 else { throw .truncated(at: 3, needed: 32, available: text.count) }
        appID = String(decoding: text.prefix(32), as: UTF8.self)
        var fields = Fields(try Base64.bytes(of: text.dropFirst(32)))
        guard try fields.readBytes().count == 32 else { throw .invalid("signature", at: 0) }
        for _ in 0..<2 { _ = try fields.readUInt32() }
        var message = Fields(try fields.readBytes())
        // Salt, and until when the token must have been used.
        for _ in 0..<2 { _ = try message.readUInt32() }
        let join = try message.readPrivileges().last { $0.privilege == Self.joinPrivilege }
        expiry = join.flatMap { $0.end > 0 ? Int64($0.end) : nil }
    }
}

/// Little-endian fields, front to back.
private struct Fields {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func readUInt16() throws(WireError) -> UInt16 { UInt16(try read(2)) }
    mutating func readUInt32() throws(WireError) -> UInt32 { try read(4) }

    /// Bytes behind their number.
    mutating func readBytes() throws(WireError) -> [UInt8] {
        let count = Int(try readUInt16())
        try check(count)
        place += count
        return Array(bytes[place - count..<place])
    }

    mutating func readText() throws(WireError) -> String { String(decoding: try readBytes(), as: UTF8.self) }

    /// Privileges and numbers behind how many there are.
    mutating func readPrivileges() throws(WireError) -> [(privilege: UInt16, end: UInt32)] {
        var privileges: [(privilege: UInt16, end: UInt32)] = []
        for _ in 0..<(try readUInt16()) { privileges.append((try readUInt16(), try readUInt32())) }
        return privileges
    }

    private mutating func read(_ count: Int) throws(WireError) -> UInt32 {
        try check(count)
        var value: UInt32 = 0
        for index in (place..<place + count).reversed() { value = value << 8 | UInt32(bytes[index]) }
        place += count
        return value
    }

    private func check(_ count: Int) throws(WireError) {
        guard count <= bytes.count - place else {
            throw .truncated(at: place, needed: count, available: bytes.count - place)
        }
    }
}
