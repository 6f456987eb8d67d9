import Foundation
import FuzzTargets

/// Feeds one parser what libFuzzer thinks of: `fuzz TARGET [libFuzzer's options and corpora]`.
@main
enum FuzzProgram {
    /// Carries the target to the processes that libFuzzer starts of itself, to minimise a find for instance.
    private static let variable = "FUZZ_TARGET"

    static func main() {
        var arguments = CommandLine.arguments
        if arguments.count > 1, FuzzTarget(rawValue: arguments[1]) != nil {
            unsafe setenv(variable, arguments.remove(at: 1), 1)
        }
        guard ProcessInfo.processInfo.environment[variable] != nil else {
            let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")
            FileHandle.standardError.write(Data("usage: fuzz TARGET [OPTION|CORPUS]…, TARGET one of \(names)\n".utf8))
            exit(2)
        }
        exit(run(arguments))
    }

    /// Hands the thread to libFuzzer, which calls back with one input after the other.
    private static func run(_ arguments: [String]) -> CInt {
        var count = CInt(arguments.count)
        var pointers = unsafe arguments.map { unsafe strdup($0) } + [nil]
        return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
            var first = buffer.baseAddress
            return unsafe runDriver(&count, &first) { bytes, count in
                unsafe FuzzProgram.target.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
                return 0
            }
        }
    }

    private static let target: FuzzTarget = {
        let name = ProcessInfo.processInfo.environment[variable] ?? ""
        guard let target = FuzzTarget(rawValue: name) else { preconditionFailure("there is no target \(name)") }
        return target
    }()
}

/// libFuzzer's own entry point, for programs with a `main` of their own.
@_extern(c, "LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
