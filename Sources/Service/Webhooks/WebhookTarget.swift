import CommandLineOptions
import Digest
import Foundation

/// A URL that events may be delivered to.
struct WebhookTarget: Equatable, Sendable {
    /// No URL that people write is longer.
    static let longest = 2_048

    let url: URL

    /// Takes `http` and `https` URLs that name a host and hold no password.
    init(_ text: String) throws(OptionError) {
        guard text.utf8.count <= Self.longest else {
            throw OptionError("a webhook's URL has \(Self.longest) bytes at most, not \(text.utf8.count)")
        }
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased() else {
            throw OptionError("a webhook is a URL such as https://example.org/events, not '\(text)'")
        }
        guard scheme == "http" || scheme == "https" else {
            throw OptionError("a webhook's URL begins with http:// or https://, not \(scheme):")
        }
        guard let host = url.host, !host.isEmpty else {
            throw OptionError("a webhook's URL names a host, as in https://example.org/events; '\(text)' does not")
        }
        guard url.user == nil, url.password == nil else {
            throw OptionError("a webhook's URL holds no user and no password: deliveries are signed instead")
        }
        guard url.fragment == nil else { throw OptionError("a webhook's URL has no '#': nothing behind it is sent") }
        self.url = url
    }

    /// What it is called in logs and lists: without its query, which may hold what nobody else should read.
    var shown: String {
        let text = url.absoluteString
        return text.firstIndex(of: "?").map { text[..<$0] + "?…" } ?? text
    }

    /// The id of a webhook of the configuration: the same after each start.
    var id: String {
        let digest = SHA256.digest(Array(url.absoluteString.utf8))
        return "configured-" + digest.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
