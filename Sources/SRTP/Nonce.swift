/// What makes the key stream of each packet another one: the salt, mixed with the stream and the packet's index.
struct Nonce {
    private var words: (UInt64, UInt64)

    /// AEAD's initialization vector, the first 12 bytes (RFC 7714 §8.1, §9.1): two zeros, SSRC, index.
    static func authenticated(salt: Salt, ssrc: UInt32, index: Int64) -> Nonce {
        let index = UInt64(index)
        return Nonce(salt, UInt64(ssrc) << 16 | index >> 32, index << 32)
    }

    /// Counter mode's first block, all 16 bytes (RFC 3711 §4.1.1): SSRC · 2⁶⁴ + index · 2¹⁶.
    static func counter(salt: Salt, ssrc: UInt32, index: Int64) -> Nonce {
        Nonce(salt, UInt64(ssrc), UInt64(index) << 16)
    }

    private init(_ salt: Salt, _ high: UInt64, _ low: UInt64) {
        words = ((salt.high ^ high).bigEndian, (salt.low ^ low).bigEndian)
    }

    /// Lends the bytes out.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe withUnsafeBytes(of: words) { unsafe body($0) }
    }
}

/// A session's salt, filled up with zeros to 16 bytes.
struct Salt: Sendable {
    let high: UInt64
    let low: UInt64

    init(_ bytes: [UInt8]) {
        let padded = bytes + [UInt8](repeating: 0, count: 16 - bytes.count)
        high = padded[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = padded[8...].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
