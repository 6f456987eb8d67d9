/// How a request for a file is answered, once the file's size and version are known (RFC 9110 §13, §14).
struct FileAnswer: Equatable {
    var status: Int
    /// Which bytes to send.
    var range: Range<Int>
    var headers: HTTPHeaders

    init(_ request: HTTPRequest, status: Int, byteCount: Int, tag: String) {
        headers = ["Accept-Ranges": "bytes", "ETag": tag]
        self.status = status
        range = 0..<byteCount
        guard status == 200 else { return }
        if Self.lists(request.headers["If-None-Match"], tag) {
            self.status = 304
            range = 0..<0
            return
        }
        switch Self.range(request, byteCount: byteCount, tag: tag) {
        case .whole: break
        case .part(let part):
            self.status = 206
            range = part
            headers["Content-Range"] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(byteCount)"
        case .unsatisfiable:
            self.status = 416
            range = 0..<0
            headers["Content-Range"] = "bytes */\(byteCount)"
        }
    }

    /// The range asked for, unless it is of another version of the file (§13.1.5), or not GET that asks (§14.2).
    private static func range(_ request: HTTPRequest, byteCount: Int, tag: String) -> ByteRange {
        guard request.method == .get, request.headers["If-Range"].map({ $0 == tag }) ?? true else { return .whole }
        return ByteRange(parsing: request.headers["Range"], byteCount: byteCount)
    }

    /// Whether a list of entity tags names this one; weak ones count, as §13.1.2 says.
    private static func lists(_ field: String?, _ tag: String) -> Bool {
        guard let field else { return false }
        return field.split(separator: ",").contains { entry in
            let entry = entry.drop { $0 == " " }.prefix { $0 != " " }
            return entry == "*" || entry == tag || entry == "W/" + tag
        }
    }
}
