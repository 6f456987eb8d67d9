import Foundation
import HTTPServer
import Service

/// One object of a request to the cloud's paths, read field by field.
///
/// It remembers what nobody read, so that the answer can name it: clients send much that means nothing here, and none of
/// it should be lost silently.
final class CloudFields {
    /// How many fields without effect an answer names.
    private static let ignoredLimit = 64

    private let path: String
    private let values: [String: JSONValue]
    private var readNames: Set<String> = []
    private var parts: [CloudFields] = []

    /// Reads a request's body.
    init(_ request: HTTPRequest) throws(CloudRefusal) {
        let type = request.headers["Content-Type"]?.split(separator: ";").first.map { $0.lowercased() }
        guard type?.trimmingCharacters(in: .whitespaces) == "application/json" else {
            throw CloudRefusal(
                status: 400, code: 8, reason: "Content-Type: send the document as application/json;charset=utf-8")
        }
        guard case .object(let values) = try? JSONDecoder().decode(JSONValue.self, from: Data(request.body)) else {
            throw .invalid("the body is no JSON object; send one such as {\"cname\": \"NAME\", \"uid\": \"1\"}")
        }
        self.values = values
        path = ""
    }

    private init(_ values: [String: JSONValue], at path: String) { (self.values, self.path) = (values, path) }

    /// The whole name of a field.
    func name(_ field: String) -> String { path.isEmpty ? field : "\(path).\(field)" }

    /// Whether a field is there.
    func has(_ field: String) -> Bool { values[field] != nil }

    /// A text that must be there.
    func text(_ field: String) throws(CloudRefusal) -> String {
        guard let value = take(field) else { throw .invalid("\(name(field)) is missing") }
        guard case .text(let text) = value else { throw .invalid("\(name(field)) is a text in quotes") }
        return text
    }

    /// One of some texts, if it is there.
    func choice(_ field: String, of choices: [String]) throws(CloudRefusal) -> String? {
        guard has(field) else { return nil }
        let text = try text(field)
        guard choices.contains(text) else {
            throw .invalid("\(name(field)) is \(choices.joined(separator: " or ")), not '\(text)'")
        }
        return text
    }

    /// A whole number, if it is there.
    func number(_ field: String, in range: ClosedRange<Int>) throws(CloudRefusal) -> Int? {
        guard let value = take(field) else { return nil }
        guard case .whole(let number) = value else {
            throw .invalid("\(name(field)) is a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        guard range.contains(number) else {
            throw .invalid("\(name(field)) lies between \(range.lowerBound) and \(range.upperBound), not \(number)")
        }
        return number
    }

    /// True or false, if it is there.
    func flag(_ field: String) throws(CloudRefusal) -> Bool? {
        guard let value = take(field) else { return nil }
        guard case .truth(let flag) = value else { throw .invalid("\(name(field)) is true or false") }
        return flag
    }

    /// A list of texts, if it is there.
    func texts(_ field: String) throws(CloudRefusal) -> [String]? {
        guard let value = take(field) else { return nil }
        guard case .list(let list) = value else { throw .invalid("\(name(field)) is a list of texts in quotes") }
        var texts: [String] = []
        for element in list {
            guard case .text(let text) = element else {
                throw .invalid("\(name(field)) is a list of texts in quotes; put quotes around numbers")
            }
            texts.append(text)
        }
        return texts
    }

    /// An object, if it is there.
    func part(_ field: String) throws(CloudRefusal) -> CloudFields? {
        guard let value = take(field) else { return nil }
        guard case .object(let values) = value else { throw .invalid("\(name(field)) is an object") }
        let part = CloudFields(values, at: name(field))
        parts.append(part)
        return part
    }

    /// Refuses a field that asks for what cannot be done.
    func refuse(_ field: String, _ why: String) throws(CloudRefusal) {
        guard !has(field) else { throw .invalid("\(name(field)): \(why)") }
    }

    /// The whole names of fields that were there and had no effect; nothing if there were none.
    var ignored: [String]? {
        let names = ignoredNames.sorted()
        return names.isEmpty ? nil : Array(names.prefix(Self.ignoredLimit))
    }

    private var ignoredNames: [String] {
        values.keys.filter { !readNames.contains($0) }.map(name) + parts.flatMap(\.ignoredNames)
    }

    private func take(_ field: String) -> JSONValue? {
        readNames.insert(field)
        return values[field]
    }
}
