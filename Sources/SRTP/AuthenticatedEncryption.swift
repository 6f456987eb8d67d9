import Bytes

/// AES-GCM: encrypts a packet's body and authenticates the rest with it (RFC 7714).
struct AuthenticatedEncryption: ~Copyable, Sendable {
    static let tagByteCount = CipherContext.tagByteCount

    private let cipher: CipherContext
    private let salt: Salt

    init(_ keys: SessionKeys, _ direction: CipherContext.Direction) throws(SRTPSetupError) {
        cipher = try CipherContext(.galoisCounter, direction, key: keys.encryption)
        salt = Salt(keys.salt)
    }

    /// Decrypts what lies between the first `clear` bytes and the tag; false if the tag does not match.
    ///
    /// The last `trailer` bytes of the packet are behind the tag, and authenticated too.
    func open(
        _ packet: inout PacketBuffer, clear: Int, trailer: Int, ssrc: UInt32, index: Int64
    ) -> Bool {
        let (end, nonce) = (packet.count, Nonce.authenticated(salt: salt, ssrc: ssrc, index: index))
        let tag = end - trailer - Self.tagByteCount
        return unsafe packet.storage.withUnsafeMutableBytes { bytes in
            guard unsafe begin(nonce, bytes, clear: clear, trailer: end - trailer..<end) else { return false }
            return unsafe cipher.apply(.init(rebasing: bytes[clear..<tag]))
                && cipher.matches(.init(rebasing: bytes[tag..<end - trailer]))
        }
    }

    /// Encrypts what lies between the first `clear` bytes and the last `trailer`, and puts the tag in between.
    func seal(
        _ packet: inout PacketBuffer, clear: Int, trailer: Int, ssrc: UInt32, index: Int64
    ) -> Bool {
        let (end, nonce) = (packet.count, Nonce.authenticated(salt: salt, ssrc: ssrc, index: index))
        let tag = end - trailer
        packet.count += Self.tagByteCount
        return unsafe packet.storage.withUnsafeMutableBytes { bytes in
            guard unsafe begin(nonce, bytes, clear: clear, trailer: tag..<end) else { return false }
            guard unsafe cipher.apply(.init(rebasing: bytes[clear..<tag])) else { return false }
            unsafe bytes[tag + Self.tagByteCount..<end + Self.tagByteCount]
                .copyBytes(from: UnsafeRawBufferPointer(rebasing: bytes[tag..<end]))
            return unsafe cipher.write(tagInto: .init(rebasing: bytes[tag..<tag + Self.tagByteCount]))
        }
    }

    private func begin(
        _ nonce: Nonce, _ bytes: UnsafeMutableRawBufferPointer, clear: Int, trailer: Range<Int>
    ) -> Bool {
        guard unsafe nonce.withBytes({ unsafe cipher.begin($0) }) else { return false }
        guard unsafe cipher.authenticate(.init(rebasing: bytes[..<clear])) else { return false }
        return unsafe trailer.isEmpty || cipher.authenticate(.init(rebasing: bytes[trailer]))
    }
}
