import COpenSSL

/// One of OpenSSL's ciphers with its key set up, used for packet after packet without allocating.
///
/// - Note: `@unchecked Sendable` holds because OpenSSL lets any one thread at a time use a context, and the only way
///   to it is through this noncopyable value.
@safe struct CipherContext: ~Copyable, @unchecked Sendable {
    enum Kind {
        case galoisCounter
        case counter
    }

    enum Direction: CInt {
        case decrypt = 0
        case encrypt = 1
    }

    /// How long the GCM tag is (RFC 7714 §14.2).
    static let tagByteCount = 16

    private let context: OpaquePointer

    init(_ kind: Kind, _ direction: Direction, key: [UInt8]) throws(SRTPSetupError) {
        let cipher =
            switch (kind, key.count) {
            case (.galoisCounter, 16): unsafe EVP_aes_128_gcm()
            case (.galoisCounter, _): unsafe EVP_aes_256_gcm()
            case (.counter, 16): unsafe EVP_aes_128_ctr()
            case (.counter, _): unsafe EVP_aes_256_ctr()
            }
        guard let cipher = unsafe cipher, let context = unsafe EVP_CIPHER_CTX_new() else { throw .noCipher }
        guard unsafe EVP_CipherInit_ex(context, cipher, nil, key, nil, direction.rawValue) == 1 else {
            unsafe EVP_CIPHER_CTX_free(context)
            throw .noCipher
        }
        unsafe self.context = context
    }

    deinit { unsafe EVP_CIPHER_CTX_free(context) }

    /// Begins a packet: everything but the key is as new.
    func begin(_ initialization: UnsafeRawBufferPointer) -> Bool {
        let start = unsafe initialization.baseAddress?.assumingMemoryBound(to: UInt8.self)
        return unsafe EVP_CipherInit_ex(context, nil, nil, nil, start, -1) == 1
    }

    /// Authenticates bytes that stay as they are.
    func authenticate(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var count: CInt = 0
        let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        return unsafe EVP_CipherUpdate(context, nil, &count, start, CInt(bytes.count)) == 1
    }

    /// Encrypts or decrypts bytes where they lie.
    func apply(_ bytes: UnsafeMutableRawBufferPointer) -> Bool {
        // OpenSSL takes no bytes at all for the end of the message.
        guard unsafe !bytes.isEmpty else { return true }
        var count: CInt = 0
        let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        return unsafe EVP_CipherUpdate(context, start, &count, start, CInt(bytes.count)) == 1
    }

    /// Whether the tag belongs to what was authenticated and decrypted.
    func matches(_ tag: UnsafeMutableRawBufferPointer) -> Bool {
        guard
            unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, CInt(Self.tagByteCount), tag.baseAddress) == 1
        else { return false }
        return finish()
    }

    /// Writes the tag of what was authenticated and encrypted.
    func write(tagInto tag: UnsafeMutableRawBufferPointer) -> Bool {
        guard finish() else { return false }
        return unsafe EVP_CIPHER_CTX_ctrl(
            context, EVP_CTRL_AEAD_GET_TAG, CInt(Self.tagByteCount), tag.baseAddress) == 1
    }

    private func finish() -> Bool {
        var (nothing, count) = (UInt8(0), CInt(0))
        return unsafe EVP_CipherFinal_ex(context, &nothing, &count) == 1
    }
}

/// AES in counter mode as a source of pseudo-random bytes (RFC 3711 §4.3.3).
struct KeyStream: ~Copyable {
    private let cipher: CipherContext

    init(key: [UInt8]) throws(SRTPSetupError) { cipher = try CipherContext(.counter, .encrypt, key: key) }

    /// The first bytes of the stream that starts from a counter block.
    func bytes(_ count: Int, from block: [UInt8]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let isDone = unsafe block.withUnsafeBytes { block in
            unsafe bytes.withUnsafeMutableBytes { bytes in unsafe cipher.begin(block) && cipher.apply(bytes) }
        }
        precondition(isDone, "AES in counter mode cannot fail once its key is set")
        return bytes
    }
}
