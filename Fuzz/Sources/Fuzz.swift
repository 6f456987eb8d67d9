import Bytes
import Foundation

/// Runs libFuzzer on one parser: `fuzz PARSER [libFuzzer's options and corpora]`.
@main
enum Fuzz {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count > 1, let parser = Parser(rawValue: arguments[1]) else {
            let names = Parser.allCases.map(\.rawValue).joined(separator: " ")
            FileHandle.standardError.write(Data("usage: fuzz PARSER [OPTION|CORPUS]…, PARSER one of \(names)\n".utf8))
            exit(2)
        }
        unsafe setenv("FUZZ_PARSER", parser.rawValue, 1)
        run(Array(arguments[..<1] + arguments[2...]))
    }

    /// Hands the thread to libFuzzer, which calls back with one input after the other.
    private static func run(_ arguments: [String]) {
        var count = CInt(arguments.count)
        var pointers = unsafe arguments.map { unsafe strdup($0) } + [nil]
        let status = unsafe pointers.withUnsafeMutableBufferPointer { buffer in
            var first = buffer.baseAddress
            return unsafe runDriver(&count, &first) { bytes, count in
                unsafe Fuzz.parser.parse(Array(UnsafeBufferPointer(start: bytes, count: count)))
                return 0
            }
        }
        exit(status)
    }

    private static let parser: Parser = {
        let name = ProcessInfo.processInfo.environment["FUZZ_PARSER"] ?? ""
        guard let parser = Parser(rawValue: name) else { preconditionFailure("set by main") }
        return parser
    }()
}

/// libFuzzer's own entry point, for programs with a `main` of their own.
@_extern(c, "LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
