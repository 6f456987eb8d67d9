import Foundation

/// A server's options as a JSON file: one object, its keys the long options without their dashes.
///
/// `{ "http": "0.0.0.0:8080", "public-ip": ["203.0.113.7"], "idle": 60 }`. A list sets an option that may
/// be given more than once. Keys starting with `//` are comments.
public enum ConfigurationFile {
    /// The options in a file's text as pairs of name and value, in the order of their names.
    static func options(in text: Data, named file: String) throws -> [(name: String, value: String)] {
        let parsed: Any
        do {
            parsed = try JSONSerialization.jsonObject(with: text)
        } catch {
            throw OptionError("\(file) is not JSON: \(error.localizedDescription)")
        }
        guard let object = parsed as? [String: Any] else {
            throw OptionError("\(file) must hold one JSON object, such as { \"http\": \"127.0.0.1:8080\" }")
        }
        return try object.sorted { $0.key < $1.key }.filter { !$0.key.hasPrefix("//") }.flatMap { name, value in
            try texts(of: value, named: name, in: file).map { (name, $0) }
        }
    }

    /// Reads a file and sets everything in it.
    public static func apply(_ file: String, to options: inout ServiceOptions) throws {
        guard let text = FileManager.default.contents(atPath: file) else {
            throw OptionError("--config \(file): the file cannot be read; check its name and permissions")
        }
        for option in try Self.options(in: text, named: file) {
            do {
                try options.set(option.name, to: option.value)
            } catch {
                throw OptionError("\(file): \(error.description)")
            }
        }
    }

    private static func texts(of value: Any, named name: String, in file: String) throws -> [String] {
        switch value {
        case let text as String: [text]
        case let number as NSNumber: [number.stringValue]
        case let list as [Any]: try list.flatMap { try texts(of: $0, named: name, in: file) }
        default: throw OptionError("\(file): '\(name)' must be a text, a number or a list of them")
        }
    }
}
