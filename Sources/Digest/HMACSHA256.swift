import COpenSSL

/// A code that only who knows the key can make (HMAC, RFC 2104) with SHA-256, by OpenSSL.
public enum HMACSHA256 {
    /// The 32-byte code of `message` under a key of any length.
    public static func code(of message: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 32)
        let isDone = unsafe code.withUnsafeMutableBufferPointer { code in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe key.withUnsafeBufferPointer { key in
                    // An empty key is one of zeros to HMAC; nothing at all would mean the one before to OpenSSL.
                    unsafe HMAC(
                        EVP_sha256(), key.baseAddress ?? UnsafePointer(code.baseAddress), CInt(clamping: key.count),
                        message.baseAddress, message.count, code.baseAddress, nil) != nil
                }
            }
        }
        precondition(isDone, "OpenSSL's default provider has SHA-256")
        return code
    }
}
