import HTTPServer
import Service

/// Why a request to the cloud's paths was refused, by the numbers that its clients know.
struct CloudRefusal: Error, Equatable {
    /// The HTTP status.
    var status: Int
    /// What kind of trouble, as the documents of those paths number it.
    var code: Int
    /// What exactly was wrong, and what to do about it.
    var reason: String

    static func invalid(_ reason: String) -> CloudRefusal { CloudRefusal(status: 400, code: 2, reason: reason) }

    /// There is nothing that does this work, be it over or never begun.
    static func noWorker(_ why: String) -> CloudRefusal {
        CloudRefusal(status: 404, code: 404, reason: "failed to find worker: \(why)")
    }

    static func conflict(_ why: String) -> CloudRefusal { CloudRefusal(status: 400, code: 53, reason: why) }

    /// An error of any kind as those clients know it.
    init(_ error: any Error) {
        switch error {
        case let refusal as CloudRefusal: self = refusal
        case let problem as Problem: self.init(problem)
        case let error as MethodNotAllowed:
            self.init(
                status: 405, code: 405, reason: "\(error.path) takes \(error.names), not \(error.method.name)")
        default: self.init(status: 500, code: 500, reason: "\(error)")
        }
    }

    init(status: Int, code: Int, reason: String) {
        (self.status, self.code, self.reason) = (status, code, reason)
    }

    private init(_ problem: Problem) {
        let reason = problem.detail
        switch (problem.status, problem.field) {
        case (400, "channel"): self.init(status: 400, code: 401, reason: "invalid_channel_name: \(reason)")
        case (400, _): self.init(status: 400, code: 2, reason: reason)
        case (404, _), (409, "state"): self = .noWorker(reason)
        case (409, _), (422, _): self = .conflict(reason)
        case (410, _): self.init(status: 400, code: 433, reason: reason)
        case (503, _): self.init(status: 500, code: 501, reason: reason)
        case (507, _): self.init(status: 500, code: 502, reason: "failed to allocate worker: \(reason)")
        default: self.init(status: 500, code: 500, reason: reason)
        }
    }
}
