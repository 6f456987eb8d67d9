import Foundation
import HTTPServer
import Service

extension HTTPRequest {
    /// Refuses parameters that nobody would read, as one that is misspelt would be.
    func refuseParameters(besides known: Set<String>) throws {
        guard let unknown = query.items.map(\.name).first(where: { !known.contains($0) }) else { return }
        throw badField(unknown, "there is no '\(unknown)'; known are: \(known.sorted().joined(separator: ", "))")
    }

    /// Any value, unread.
    private struct Ignored: Decodable, Equatable { init(from decoder: any Decoder) {} }

    /// Reads the request's JSON document, and says which field is wrong; `fields` are those that it may have.
    ///
    /// Another type than JSON is refused: it is all that a page of another origin could send without asking first
    /// (Fetch Standard, "CORS-safelisted request-header").
    func document<Document: Decodable>(fields: [String], example: String) throws -> Document {
        let type = headers["Content-Type"]?.split(separator: ";").first.map { $0.lowercased() }
        guard type?.trimmingCharacters(in: .whitespaces) == "application/json" else {
            throw Problem(
                status: 415, title: "Unsupported media type", detail: "send the document as application/json",
                field: "Content-Type")
        }
        let bad = { (detail: String, field: String?) in
            Problem(status: 400, title: "Bad request", detail: detail, field: field)
        }
        do {
            let values = try JSONDecoder().decode([String: Ignored?].self, from: Data(body))
            if let unknown = values.keys.filter({ !fields.contains($0) }).min() {
                throw bad("there is no '\(unknown)'; known are: \(fields.joined(separator: ", "))", unknown)
            }
            if let empty = values.filter({ $0.value == nil }).keys.min() {
                throw bad("'\(empty)' is null; give it a value, or leave it out", empty)
            }
            return try JSONDecoder().decode(Document.self, from: Data(body))
        } catch DecodingError.keyNotFound(let key, _) {
            throw bad("'\(key.stringValue)' is missing", key.stringValue)
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            let field = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw bad("'\(field)' has the wrong type: \(context.debugDescription)", field.isEmpty ? "body" : field)
        } catch DecodingError.dataCorrupted(let context) {
            let field = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw bad(
                field.isEmpty ? "the body is not JSON; send \(example)" : "'\(field)' is not a known value",
                field.isEmpty ? "body" : field)
        }
    }
}
