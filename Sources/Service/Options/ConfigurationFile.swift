import CommandLineOptions
import Foundation

/// A server's options as a JSON file: one object, its keys the long options without their dashes.
///
/// `{ "http": "0.0.0.0:8080", "public-ip": ["203.0.113.7"], "idle": 60 }`. A list sets an option that may
/// be given more than once. Keys starting with `//` are comments.
public enum ConfigurationFile {
    /// The options in a file's text as pairs of name and value, in the order of their names.
    static func options(in text: Data, named file: String) throws -> [(name: String, value: String)] {
        try parse(text, named: file).sorted { $0.key < $1.key }.filter { !$0.key.hasPrefix("//") }.flatMap {
            name, value in try texts(of: value, named: name, in: file).map { (name, $0) }
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

    private static func parse(_ text: Data, named file: String) throws -> [String: JSONValue] {
        do {
            return try JSONDecoder().decode([String: JSONValue].self, from: text)
        } catch DecodingError.dataCorrupted(let context) {
            let cause = context.underlyingError.map { "\($0)" } ?? context.debugDescription
            throw OptionError("\(file) is not JSON: \(cause)")
        } catch {
            throw OptionError("\(file) must hold one JSON object, such as { \"http\": \"127.0.0.1:8080\" }")
        }
    }

    private static func texts(of value: JSONValue, named name: String, in file: String) throws -> [String] {
        switch value {
        case .text(let text): return [text]
        case .whole(let number): return ["\(number)"]
        case .list(let list) where ServiceOptions.repeatableNames.contains(name):
            return try list.flatMap { try texts(of: $0, named: name, in: file) }
        case .list where ServiceOptions.names.contains(ServiceOptions.aliases[name] ?? name):
            throw OptionError("\(file): '\(name)' has one value, not a list")
        case .list, .truth, .fraction, .object, .nothing:
            throw OptionError("\(file): '\(name)' must be a text or a whole number")
        }
    }
}
