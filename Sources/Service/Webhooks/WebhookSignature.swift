import Bytes
import Digest
import Secure

/// What proves to a receiver that a delivery is of this server, and of now.
enum WebhookSignature {
    /// The value of `Lathe-Signature`: `t=SECONDS,v1=CODE`, where the code is HMAC-SHA-256 in hexadecimal digits over
    /// the seconds since 1970, a dot, and the body as it was sent.
    static func header(of body: [UInt8], secret: String, atUnixSeconds seconds: Int64) -> String {
        let code = HMACSHA256.code(of: Array("\(seconds).".utf8) + body, key: Array(secret.utf8))
        return "t=\(seconds),v1=\(code.hex)"
    }

    /// The headers that receivers of the cloud recorder's notifications check: both codes in hexadecimal digits, over the
    /// body alone.
    static func cloudHeaders(of body: [UInt8], secret: String) -> [(name: String, value: String)] {
        let key = Array(secret.utf8)
        return [
            ("Agora-Signature", HMACSHA1.code(for: body, key: key).hex),
            ("Agora-Signature-V2", HMACSHA256.code(of: body, key: key).hex),
        ]
    }
}
