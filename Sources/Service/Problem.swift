/// Why a request was refused, as the caller will read it (RFC 9457).
public struct Problem: Error, Equatable, Sendable {
    /// The HTTP status.
    public var status: Int
    /// What kind of trouble, in a few words that never change.
    public var title: String
    /// What exactly was wrong, and what to do about it.
    public var detail: String
    /// Which field of the request was wrong, if one was.
    public var field: String?

    public init(status: Int, title: String, detail: String, field: String? = nil) {
        self.status = status
        self.title = title
        self.detail = detail
        self.field = field
    }

    static func badField(_ field: String, _ detail: String) -> Problem {
        Problem(status: 400, title: "Bad request", detail: detail, field: field)
    }

    static func notFound(_ what: String, field: String? = nil) -> Problem {
        Problem(status: 404, title: "Not found", detail: what, field: field)
    }

    static func conflict(_ field: String, _ detail: String) -> Problem {
        Problem(status: 409, title: "Conflict", detail: detail, field: field)
    }
}
