import CommandLineOptions
import Foundation
import Testing

@testable import Service

@Suite("Where events may be delivered to")
struct WebhookTargetTests {
    @Test("is any place that HTTP reaches")
    func accepts() throws {
        for text in ["http://127.0.0.1:9/x", "https://example.org", "HTTPS://example.org/a?b=c"] {
            #expect(try WebhookTarget(text).url.absoluteString == text)
        }
    }

    @Test(
        "is refused by name if it is no such place",
        arguments: [
            ("ftp://example.org/", "a webhook's URL begins with http:// or https://, not ftp:"),
            ("file:///etc/passwd", "a webhook's URL begins with http:// or https://, not file:"),
            ("example.org", "a webhook is a URL such as https://example.org/events, not 'example.org'"),
            ("", "a webhook is a URL such as https://example.org/events, not ''"),
            (
                "http:///x",
                "a webhook's URL names a host, as in https://example.org/events; 'http:///x' does not"
            ),
            (
                "http://u:p@example.org/",
                "a webhook's URL holds no user and no password: deliveries are signed instead"
            ),
            ("http://example.org/#a", "a webhook's URL has no '#': nothing behind it is sent"),
        ])
    func refuses(text: String, message: String) {
        #expect(throws: OptionError(message)) { try WebhookTarget(text) }
        let long = "http://example.org/" + String(repeating: "a", count: WebhookTarget.longest)
        #expect(throws: OptionError.self) { try WebhookTarget(long) }
    }

    @Test("is shown without its query, and has an id of its own that stays")
    func names() throws {
        let target = try WebhookTarget("https://example.org/a?token=secret")
        #expect(target.shown == "https://example.org/a?…")
        #expect(try WebhookTarget("https://example.org/a").shown == "https://example.org/a")
        #expect(try WebhookTarget("https://example.org/a?token=secret").id == target.id)
        #expect(try WebhookTarget("https://example.org/a?token=other").id != target.id)
        #expect(!target.id.contains("secret"))
    }
}
