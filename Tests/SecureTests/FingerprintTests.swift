import Bytes
import Secure
import Testing

@Suite("Fingerprint, RFC 8122 §5")
struct FingerprintTests {
    private static let digest = [UInt8](0..<32)
    private static let text =
        "sha-256 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F"

    @Test("is written in upper case with colons, and read back")
    func roundTrip() {
        let fingerprint = Fingerprint(algorithm: .sha256, digest: Self.digest)
        #expect(fingerprint.description == Self.text)
        #expect(Fingerprint(Self.text) == fingerprint)
    }

    @Test(
        "is read in any case, whatever hash it names",
        arguments: [
            (Fingerprint.Algorithm.sha256, "SHA-256"), (.sha384, "sha-384"), (.sha512, "Sha-512"),
        ])
    func anyCase(algorithm: Fingerprint.Algorithm, name: String) {
        let digest = [UInt8](repeating: 0xAB, count: algorithm.byteCount)
        let text = digest.map { [$0].hex }.joined(separator: ":")
        #expect(Fingerprint("\(name) \(text)") == Fingerprint(algorithm: algorithm, digest: digest))
    }

    @Test(
        "is refused if its hash is weak or unknown, or its length or form is wrong",
        arguments: [
            "", "sha-256", "sha-1 " + String(repeating: "AB:", count: 19) + "AB", "md5 00", "sha-256 00:01",
            "sha-256 " + String(repeating: "0", count: 63) + "g", text + ":20", text + " more",
        ])
    func refusals(text: String) { #expect(Fingerprint(text) == nil) }
}
