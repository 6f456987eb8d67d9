import Digest
import HTTPServer

extension HTTPRequest {
    /// The answer with a tag of its content, or only word that the caller has it already (RFC 9110 §13.1.2).
    ///
    /// Documents are small, and most callers ask for the same one again and again.
    func unlessKnown(_ response: HTTPResponse) -> HTTPResponse {
        guard [.get, .head].contains(method), response.status == 200, case .bytes(let bytes) = response.body,
            response.headers["Content-Type"] == "application/json"
        else { return response }
        var response = response
        let tag = "\"" + SHA256.digest(bytes).prefix(12).map(Self.digits).joined() + "\""
        response.headers["ETag"] = tag
        response.headers["Cache-Control"] = "no-cache"
        guard headers.values("If-None-Match").contains(where: { Self.names(tag, in: $0) }) else { return response }
        return HTTPResponse(status: 304, headers: ["ETag": tag, "Cache-Control": "no-cache"])
    }

    /// Whether a field's value has the tag, weak or not, or stands for any.
    private static func names(_ tag: String, in value: String) -> Bool {
        value.split(separator: ",").map { $0.trimming(while: { $0 == " " || $0 == "\t" }) }.contains {
            $0 == "*" || $0 == tag || $0 == "W/" + tag
        }
    }

    private static func digits(_ byte: UInt8) -> String {
        let text = String(byte, radix: 16)
        return byte < 16 ? "0" + text : text
    }
}

extension Substring {
    fileprivate func trimming(while isOutside: (Character) -> Bool) -> String {
        String(drop(while: isOutside).reversed().drop(while: isOutside).reversed())
    }
}
