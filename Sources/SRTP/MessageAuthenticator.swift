import COpenSSL

/// HMAC-SHA1 under one key (RFC 2104), whose first and last block are worked in beforehand.
struct MessageAuthenticator: Sendable {
    static let digestByteCount = 20
    private static let blockByteCount = 64

    private let inner: lathe_sha1
    private let outer: lathe_sha1

    /// An authenticator with a key of at most one block.
    init(key: [UInt8]) {
        precondition(key.count <= Self.blockByteCount, "longer keys would have to be hashed first")
        inner = Self.state(key, paddedWith: 0x36)
        outer = Self.state(key, paddedWith: 0x5C)
    }

    private static func state(_ key: [UInt8], paddedWith pad: UInt8) -> lathe_sha1 {
        let block = (key + [UInt8](repeating: 0, count: blockByteCount - key.count)).map { $0 ^ pad }
        var state = lathe_sha1()
        unsafe lathe_sha1_init(&state)
        unsafe lathe_sha1_update(&state, block, block.count)
        return state
    }

    /// The digest of a message and four bytes behind it that are not in it, big-endian.
    func digest(
        of message: UnsafeRawBufferPointer, and suffix: UInt32?, into digest: UnsafeMutableRawBufferPointer
    ) {
        precondition(digest.count >= Self.digestByteCount, "a digest has its length")
        guard let result = unsafe digest.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        var state = inner
        unsafe lathe_sha1_update(&state, message.baseAddress, message.count)
        if var bytes = suffix?.bigEndian { unsafe lathe_sha1_update(&state, &bytes, 4) }
        unsafe lathe_sha1_final(&state, result)
        state = outer
        unsafe lathe_sha1_update(&state, result, Self.digestByteCount)
        unsafe lathe_sha1_final(&state, result)
    }
}
