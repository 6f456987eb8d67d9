import CFFmpeg
import COpus

/// Why a codec or a media file could not be opened or went wrong.
///
/// What failed and what the library said of it, ready to be shown to whoever asked for it.
public struct CodecError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was being done, as a phrase: `encode AAC`, `open call.mp4`.
    public var operation: String
    /// What the library said.
    public var reason: String

    /// An error of an operation, as a phrase that follows "could not".
    public init(_ operation: String, reason: String) {
        self.operation = operation
        self.reason = reason
    }

    /// One sentence for whoever asked.
    public var description: String { "Could not \(operation): \(reason)." }

    /// An error of FFmpeg's, by its negative code.
    static func ffmpeg(_ operation: String, _ code: CInt) -> CodecError {
        let size = 128
        let text = unsafe String(unsafeUninitializedCapacity: size) { buffer in
            unsafe buffer.withMemoryRebound(to: CChar.self) { text in
                guard unsafe av_strerror(code, text.baseAddress, size) >= 0 else { return 0 }
                return unsafe text.firstIndex(of: 0) ?? size
            }
        }
        return CodecError(operation, reason: text.isEmpty ? "error \(code)" : text)
    }

    /// An error of libopus's, by its negative code.
    static func opus(_ operation: String, _ code: CInt) -> CodecError {
        guard let text = unsafe opus_strerror(code) else { return CodecError(operation, reason: "error \(code)") }
        return CodecError(operation, reason: unsafe String(cString: text))
    }
}

/// Keeps FFmpeg from writing to standard error on its own: what matters comes back as an error.
enum Quiet {
    private static let done: Void = av_log_set_level(AV_LOG_QUIET)

    static func once() { _ = done }
}
