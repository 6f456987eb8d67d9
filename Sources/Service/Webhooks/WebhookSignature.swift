import Bytes
import Digest

/// What proves to a receiver that a delivery is of this server, and of now.
enum WebhookSignature {
    /// The value of `Lathe-Signature`: `t=SECONDS,v1=CODE`, where the code is HMAC-SHA-256 in hexadecimal digits over
    /// the seconds since 1970, a dot, and the body as it was sent.
    static func header(of body: [UInt8], secret: String, atUnixSeconds seconds: Int64) -> String {
        let code = HMACSHA256.code(of: Array("\(seconds).".utf8) + body, key: Array(secret.utf8))
        return "t=\(seconds),v1=\(code.hex)"
    }
}
