public import SDP

/// Why a WHIP request was refused, and the HTTP status that says so.
///
/// Clients decide by the status's class alone (RFC 9725 §4.1); the words are for people.
public enum WHIPProblem: Error, Equatable, Sendable {
    /// The body is not of the type that the method wants.
    case unsupportedMediaType(given: String?, wanted: String)
    /// The body is larger than any description is.
    case tooLarge(byteCount: Int)
    /// The body is no session description, or no fragment.
    case malformed(SDPError)
    /// The offer is well formed, but no call can come of it.
    case unacceptable(NegotiationError)
    /// A fragment has new credentials, but not both of them.
    case incompleteCredentials(missing: String)
    /// A `PATCH` has no `If-Match` (RFC 6585 §3).
    case preconditionRequired
    /// A `PATCH` is about an ICE session that is over (RFC 9110 §13.1.1).
    case preconditionFailed(current: EntityTag)
}

extension WHIPProblem: CustomStringConvertible {
    /// The HTTP status.
    public var status: Int {
        switch self {
        case .malformed: 400
        case .preconditionFailed: 412
        case .tooLarge: 413
        case .unsupportedMediaType: 415
        case .unacceptable, .incompleteCredentials: 422
        case .preconditionRequired: 428
        }
    }

    /// The kind of trouble, in words that never change.
    public var title: String {
        switch self {
        case .malformed: "Malformed session description"
        case .preconditionFailed: "Outdated ICE session"
        case .tooLarge: "Session description too large"
        case .unsupportedMediaType: "Unsupported media type"
        case .unacceptable, .incompleteCredentials: "Unacceptable session description"
        case .preconditionRequired: "If-Match required"
        }
    }

    /// The field or attribute at fault.
    public var field: String {
        switch self {
        case .malformed(let error): error.field
        case .preconditionFailed, .preconditionRequired: "If-Match"
        case .tooLarge: "body"
        case .unsupportedMediaType: "Content-Type"
        case .unacceptable(let error): error.field
        case .incompleteCredentials(let missing): missing
        }
    }

    /// What exactly was wrong, and what to do about it.
    public var description: String {
        switch self {
        case .malformed(let error): "\(error)"
        case .preconditionFailed(let current):
            "If-Match names an ICE session that is over; the current one is \(current), and “*” restarts it"
        case .tooLarge(let byteCount):
            "the body has \(byteCount) bytes; send at most \(SDPLimits.maximumByteCount)"
        case .unsupportedMediaType(let given, let wanted):
            "Content-Type is \(given.map { "“\($0.prefix(64))”" } ?? "missing"); send \(wanted)"
        case .unacceptable(let error): "\(error)"
        case .incompleteCredentials(let missing): "\(missing) is missing; an ICE restart names both credentials"
        case .preconditionRequired:
            "If-Match is missing; send the ETag of the ICE session to add candidates, or “*” to restart it"
        }
    }
}
