import Service

/// Why something that was asked for is not done.
public struct RecorderError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind of error it is.
    public var code: ErrorCode
    /// What was wrong and what to do about it, in a sentence.
    public var message: String
    /// Which argument or field was wrong, if one was.
    public var field: String?

    public init(_ code: ErrorCode, _ message: String, field: String? = nil) {
        self.code = code
        self.message = message
        self.field = field
    }

    public var description: String { message }
}

extension RecorderError {
    /// What Lathe has no engine for yet; the sentences are those of docs/compatibility.md.
    static let noComposite = RecorderError(
        .notSupported,
        "Lathe makes no composite; record each user alone, and merge the users' files with FFmpeg afterwards"
    )
    static let noDrawing = RecorderError(
        .notSupported, "Lathe draws nothing on pictures; draw on the files with FFmpeg afterwards")
    static let noSecrets = RecorderError(
        .notSupported,
        "Lathe opens no media that clients encrypted with a secret of their own; leave it out on both sides, for WebRTC "
            + "encrypts every connection")
    static let noProxy = RecorderError(
        .notSupported,
        "clients come to Lathe, which opens no connection that a proxy could carry; leave rtc.enable_proxy out")

    /// A call that belongs to a composite, which this recorder does not make.
    static func ofComposites(_ call: String, instead: String) -> RecorderError {
        RecorderError(.invalidState, "\(call) is for composites, and this recorder records each user alone: \(instead)")
    }

    static func badField(_ field: String, _ message: String) -> RecorderError {
        RecorderError(.invalidArgument, message, field: field)
    }

    /// What the engine said, or whatever else went wrong.
    init(_ error: any Error) {
        switch error {
        case let known as RecorderError: self = known
        case let problem as Problem: self.init(problem)
        default: self.init(.failed, "\(error)")
        }
    }

    private init(_ problem: Problem) {
        let code: ErrorCode =
            switch (problem.status, problem.field) {
            case (400, "channel"): .invalidChannelName
            case (400, "uid"): .invalidUserID
            case (400, _), (404, _), (415, _): .invalidArgument
            case (409, "state"): .invalidState
            case (409, _): .alreadyInUse
            case (503, _): .resourceLimited
            default: .failed
            }
        self.init(code, problem.detail, field: problem.field)
    }
}
