import Foundation

/// Any key, so that those that nobody knows can be named.
private struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

// JSON in which everything may be left out, and nothing is passed over that nobody knows.
extension Decoder {
    /// Fails if there is a key besides the known ones, naming it.
    func refuseStrangers(to known: [some CodingKey]) throws {
        let names = known.map(\.stringValue)
        for key in try container(keyedBy: AnyKey.self).allKeys where !names.contains(key.stringValue) {
            throw RecorderError.badField(
                key.stringValue, "there is no '\(key.stringValue)'; known are: \(names.joined(separator: ", "))")
        }
    }
}

extension KeyedDecodingContainer {
    /// Takes a value over if there is one; fails by naming the key if it is of another kind.
    func read<Value: Decodable>(_ key: Key, into value: inout Value) throws {
        guard contains(key) else { return }
        do {
            value = try decode(Value.self, forKey: key)
        } catch let error as RecorderError {
            throw error
        } catch {
            throw RecorderError.badField(key.stringValue, "'\(key.stringValue)' has a value that cannot be used there")
        }
    }
}

extension RecorderError {
    /// Reads a document in JSON; an empty text is one without any key.
    package static func reading<Document: Decodable>(_ type: Document.Type, from json: String) throws -> Document {
        do {
            return try JSONDecoder().decode(type, from: Data((json.isEmpty ? "{}" : json).utf8))
        } catch let error as RecorderError {
            throw error
        } catch {
            throw RecorderError(.invalidArgument, "this is no object in JSON: \(json.prefix(80))")
        }
    }
}
