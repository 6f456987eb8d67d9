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
}
