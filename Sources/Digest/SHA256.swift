import COpenSSL

/// The SHA-256 hash (FIPS 180-4 §6.2), by OpenSSL.
public enum SHA256 {
    /// The 32-byte digest of `message`.
    public static func digest(_ message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        let isDone = unsafe digest.withUnsafeMutableBufferPointer { digest in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe EVP_Digest(message.baseAddress, message.count, digest.baseAddress, nil, EVP_sha256(), nil) == 1
            }
        }
        precondition(isDone, "OpenSSL's default provider has SHA-256")
        return digest
    }
}
