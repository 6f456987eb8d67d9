import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Why a publisher could not join, in a sentence for the person who started it.
public struct PublishError: Error, CustomStringConvertible {
    public var description: String

    public init(_ description: String) { self.description = description }
}

/// One HTTP exchange with a signalling server.
struct HTTPCall: Sendable {
    struct Answer: Sendable {
        var status: Int
        var headers: [String: String]
        var body: Data
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    var method: String
    var url: URL
    var contentType: String?
    var body: Data?

    /// A load generator holds one long poll open for each of its publishers.
    private static let session: URLSession = {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = 1024
        return URLSession(configuration: configuration)
    }()

    /// Sends the request; fails only if no answer comes at all.
    func send(timeout: TimeInterval = 60) async throws -> Answer {
        var request = URLRequest(url: url, timeoutInterval: timeout)
        request.httpMethod = method
        request.httpBody = body
        if let contentType { request.setValue(contentType, forHTTPHeaderField: "Content-Type") }
        do {
            let (body, response) = try await Self.session.data(for: request)
            guard let response = response as? HTTPURLResponse else {
                throw PublishError("\(url) did not answer in HTTP")
            }
            let headers = response.allHeaderFields.reduce(into: [String: String]()) { headers, field in
                headers["\(field.key)".lowercased()] = "\(field.value)"
            }
            return Answer(status: response.statusCode, headers: headers, body: body)
        } catch let error as URLError where error.code == .badURL && url.host?.contains(":") == true {
            // The libcurl in Swift's Foundation for Linux is built without IPv6.
            throw PublishError("\(url): name the server by an IPv4 address or a host name; media may still use IPv6")
        } catch let error as URLError {
            throw PublishError("\(url) cannot be reached (\(error.localizedDescription)); is the server running there?")
        }
    }
}
