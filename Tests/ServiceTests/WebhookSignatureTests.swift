import Testing

@testable import Service

@Suite("A delivery's signature")
struct WebhookSignatureTests {
    @Test("is HMAC-SHA-256 over the seconds, a dot and the body")
    func header() {
        // `printf '1790000000.{"id":1}' | openssl dgst -sha256 -hmac 'correct horse battery'`
        let expected =
            "t=1790000000,v1=49c533f6acee1e3f7862ece460602938ee9bdb39defbccd6bc6d7285668eb317"
        #expect(
            WebhookSignature.header(
                of: Array(#"{"id":1}"#.utf8), secret: "correct horse battery", atUnixSeconds: 1_790_000_000) == expected
        )
    }

    @Test("is what receivers of the cloud recorder's notifications check, over the body alone")
    func cloud() {
        // `printf '{"id":1}' | openssl dgst -sha1 -hmac 'correct horse battery'`, and with -sha256
        let headers = WebhookSignature.cloudHeaders(of: Array(#"{"id":1}"#.utf8), secret: "correct horse battery")
        #expect(headers.map(\.name) == ["Agora-Signature", "Agora-Signature-V2"])
        #expect(
            headers.map(\.value) == [
                "70f7da4518a0c2abb667c6822dccc1f23fe1e0a6",
                "6fe585848694e500b126f9212a526f14d27f2ee1d03d5541dc8606d529974450",
            ])
    }
}
