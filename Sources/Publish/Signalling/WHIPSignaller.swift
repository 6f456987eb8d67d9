import Foundation
import Synchronization

/// Joins a channel of a Lathe server, or of any other that speaks WHIP (RFC 9725).
final class WHIPSignaller: Signaller {
    private let endpoint: URL
    private let resource = Mutex<URL?>(nil)
    /// The name that the server gave us, to come back under.
    private let user = Mutex<String?>(nil)

    init(endpoint: URL) { self.endpoint = endpoint }

    func exchange(offer: String) async throws -> String {
        let call = HTTPCall(method: "POST", url: place, contentType: "application/sdp", body: Data(offer.utf8))
        let answer = try await call.send()
        guard answer.status == 201, let location = answer.headers["location"] else {
            throw PublishError("\(endpoint) refused to take part: \(answer.status) \(Self.reason(answer.body))")
        }
        resource.withLock { $0 = URL(string: location, relativeTo: endpoint)?.absoluteURL }
        if let name = answer.headers["lathe-user"] { user.withLock { $0 = name } }
        return answer.text
    }

    /// The endpoint, with our name once we have one.
    private var place: URL {
        guard let name = user.withLock({ $0 }), endpoint.query == nil else { return endpoint }
        return endpoint.appending(queryItems: [URLQueryItem(name: "uid", value: name)])
    }

    func leave() async {
        let taken = resource.withLock { url in
            defer { url = nil }
            return url
        }
        guard let taken else { return }
        _ = try? await HTTPCall(method: "DELETE", url: taken).send(timeout: 5)
    }

    /// The sentence in a problem document (RFC 9457), or the text as it is.
    private static func reason(_ body: Data) -> String {
        let problem = try? JSONSerialization.jsonObject(with: body) as? [String: Any]
        return problem?["detail"] as? String ?? String(decoding: body.prefix(300), as: UTF8.self)
    }
}
