import FuzzTargets

/// libFuzzer's own main loop, for a program that brings its `main` along.
@_extern(c, "LLVMFuzzerRunDriver")
private func runDriver(
    _ argumentCount: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The parser that this run is about; set once, before the driver starts.
nonisolated(unsafe) private var target = FuzzTarget.stun

/// Feeds one parser what libFuzzer thinks of: `fuzz <target> [libFuzzer's options and corpus directories]`.
@main
enum FuzzProgram {
    static func main() {
        let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
        guard CommandLine.arguments.count > 1, let named = FuzzTarget(rawValue: CommandLine.arguments[1]) else {
            print("usage: fuzz <\(names)> [options and directories of libFuzzer]")
            return
        }
        unsafe target = named
        // libFuzzer wants the program's name first, and none of our own words.
        var count = CommandLine.argc - 1
        var arguments = unsafe CommandLine.unsafeArgv + 1
        let status = unsafe runDriver(&count, &arguments) { bytes, count in
            unsafe target.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
            return 0
        }
        precondition(status == 0, "libFuzzer ended with \(status)")
    }
}
