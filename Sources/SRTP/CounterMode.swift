import Bytes

/// AES in counter mode with an HMAC-SHA1 behind it (RFC 3711 §4.1.1, §4.2.1).
struct CounterMode: ~Copyable, Sendable {
    let tagByteCount: Int

    private let cipher: CipherContext
    private let authenticator: MessageAuthenticator
    private let salt: Salt

    init(_ keys: SessionKeys, tagByteCount: Int) throws(SRTPSetupError) {
        // In counter mode both directions are the same.
        cipher = try CipherContext(.counter, .encrypt, key: keys.encryption)
        authenticator = MessageAuthenticator(key: keys.authentication)
        salt = Salt(keys.salt)
        self.tagByteCount = tagByteCount
    }

    /// Whether the tag at the packet's end belongs to it; takes it off if so.
    ///
    /// `suffix` is authenticated without being sent: an RTP packet's rollover count (RFC 3711 §4.2).
    func takeTag(off packet: inout PacketBuffer, suffix: UInt32?) -> Bool {
        let end = packet.count - tagByteCount
        let digest = digest(of: packet, end: end, suffix: suffix)
        var difference: UInt8 = 0
        // Every byte is looked at, so that the time taken tells nothing of where the first wrong one is.
        for index in 0..<tagByteCount { difference |= digest[index] ^ packet.storage[end + index] }
        guard difference == 0 else { return false }
        packet.count = end
        return true
    }

    /// Puts the tag behind the packet.
    func appendTag(to packet: inout PacketBuffer, suffix: UInt32?) {
        let end = packet.count
        let digest = digest(of: packet, end: end, suffix: suffix)
        for index in 0..<tagByteCount { packet.storage[end + index] = digest[index] }
        packet.count = end + tagByteCount
    }

    /// Encrypts or decrypts a part of the packet.
    func apply(_ packet: inout PacketBuffer, in body: Range<Int>, ssrc: UInt32, index: Int64) -> Bool {
        let nonce = Nonce.counter(salt: salt, ssrc: ssrc, index: index)
        guard unsafe nonce.withBytes({ unsafe cipher.begin($0) }) else { return false }
        return unsafe packet.storage.withUnsafeMutableBytes { bytes in
            unsafe cipher.apply(.init(rebasing: bytes[body]))
        }
    }

    private func digest(
        of packet: borrowing PacketBuffer, end: Int, suffix: UInt32?
    ) -> InlineArray<20, UInt8> {
        var digest = InlineArray<20, UInt8>(repeating: 0)
        var span = digest.mutableSpan
        unsafe packet.storage.withUnsafeBytes { bytes in
            unsafe span.withUnsafeMutableBytes { digest in
                unsafe authenticator.digest(of: .init(rebasing: bytes[..<end]), and: suffix, into: digest)
            }
        }
        return digest
    }
}
