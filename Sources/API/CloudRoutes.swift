import Foundation
import HTTPServer
import Service
import Units

/// The documented paths of a cloud recorder, on the same recordings as all others: `/v1/apps/{appid}/cloud_recording`
/// and `/v1/ncs/ip`.
///
/// Errors have the shape that its clients know, `{"code": 2, "reason": "…"}`.
struct CloudRoutes {
    /// How long a stop waits for the files to be closed.
    private static let stopPatience = Duration.seconds(20)

    let hub: Hub

    func respond(to request: HTTPRequest, _ segments: [String]) async -> HTTPResponse {
        do {
            try authorize(request)
            guard segments.first == "apps" else { return try addresses(request, segments) }
            return try await task(request, segments)
        } catch {
            return Self.answer(to: error)
        }
    }

    @inline(never)
    private static func answer(to error: any Error) -> HTTPResponse {
        let refusal = CloudRefusal(error)
        guard var response = try? HTTPResponse.json(CloudAnswer(refusal), status: refusal.status) else {
            return HTTPResponse(status: refusal.status)
        }
        if let error = error as? MethodNotAllowed { response.headers["Allow"] = error.names }
        if refusal.status == 401 { response.headers["WWW-Authenticate"] = "Basic realm=\"lathe\"" }
        return response
    }

    // Untyped: with a typed error Swift 6.3.1 crashes over its caller when it optimises.
    private func authorize(_ request: HTTPRequest) throws {
        guard let credentials = hub.cloudCredentials, !credentials.allow(request.headers["Authorization"]) else {
            return
        }
        throw CloudRefusal(
            status: 401, code: 401, reason: "Authorization: send Basic with an id and a secret that this server knows")
    }

    private func addresses(_ request: HTTPRequest, _ segments: [String]) throws -> HTTPResponse {
        guard segments == ["ncs", "ip"] else { throw Self.nothing(at: request) }
        try request.require(.get)
        let known = hub.announcedAddresses.filter { !$0.isLoopback }
        return try .json(CloudAddresses((known.isEmpty ? hub.announcedAddresses : known).map { "\($0)" }))
    }

    /// `segments` begins with `apps`.
    private func task(_ request: HTTPRequest, _ segments: [String]) async throws -> HTTPResponse {
        guard segments.count >= 4, segments[2] == "cloud_recording" else { throw Self.nothing(at: request) }
        let appID = segments[1]
        guard (1...64).contains(appID.utf8.count), appID.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
        else {
            throw CloudRefusal(
                status: 400, code: 400, reason: "invalid_appid: an App ID has 1 to 64 letters and digits, usually 32")
        }
        let rest = Array(segments.dropFirst(3))
        switch rest.count {
        case 1 where rest[0] == "acquire":
            try request.require(.post)
            return try await acquire(request, appID)
        case 5 where rest[0] == "resourceid" && rest[2] == "mode" && rest[4] == "start":
            try request.require(.post)
            return try await start(request, appID, try Self.resource(rest[1], mode: rest[3]))
        case 7 where rest[0] == "resourceid" && rest[2] == "sid" && rest[4] == "mode":
            let action = rest[6]
            switch action {
            case "query": try request.require(.get)
            case "update", "updateLayout", "stop": try request.require(.post)
            default: throw Self.nothing(at: request)
            }
            let resource = try Self.resource(rest[1], mode: rest[5])
            return try await CloudSession(hub: hub, appID: appID, resource: resource, sid: rest[3])
                .respond(to: request, action, patience: Self.stopPatience)
        default: throw Self.nothing(at: request)
        }
    }

    private static func nothing(at request: HTTPRequest) -> CloudRefusal {
        CloudRefusal(status: 404, code: 404, reason: "there is nothing at \(request.path)")
    }

    private static func resource(_ text: String, mode: String) throws(CloudRefusal) -> CloudResource {
        switch mode {
        case "individual": break
        case "mix", "web":
            throw .invalid(
                "mode \(mode) is not there yet: this server records each user for themselves, mode individual")
        default: throw .invalid("the mode is individual, mix or web, not '\(mode)'")
        }
        guard let resource = CloudResource(text) else {
            throw CloudRefusal(
                status: 400, code: 1001, reason: "the resource id cannot be read; take it as acquire gave it")
        }
        return resource
    }

    private func acquire(_ request: HTTPRequest, _ appID: String) async throws -> HTTPResponse {
        let fields = try CloudFields(request)
        let (channel, uid) = (try fields.text("cname"), try CloudTask.uid(fields))
        try CloudTask.checkAcquire(fields)
        let resource = try await hub.acquireCloudResource(appID: appID, channel: channel, uid: uid)
        var answer = CloudAnswer(resource, channel: channel)
        answer.ignored = fields.ignored
        return try .json(answer)
    }

    private func start(_ request: HTTPRequest, _ appID: String, _ resource: CloudResource) async throws -> HTTPResponse
    {
        let fields = try CloudFields(request)
        let (channel, uid) = (try fields.text("cname"), try CloudTask.uid(fields))
        guard uid == resource.uid, resource.belongs(to: appID, channel: channel) else {
            throw CloudRefusal(
                status: 400, code: 1003,
                reason: "the resource was acquired for another App ID, cname or uid; acquire one for these")
        }
        let wanted = try CloudTask.start(fields, in: channel)
        switch try await hub.startCloudRecording(wanted, by: resource, appID: appID) {
        case .begun(let recording):
            var answer = CloudAnswer(resource, recording)
            answer.ignored = fields.ignored
            return try .json(answer)
        case .known(let recording) where recording.state == .recording:
            // Whoever lost the first answer finds here what was in it.
            var answer = CloudAnswer(resource, recording)
            (answer.code, answer.reason) = (7, "this resource has started the recording already")
            return try .json(answer, status: 201)
        case .known:
            throw CloudRefusal(
                status: 400, code: 433, reason: "this resource has had its recording, which is over; acquire another")
        case .conflict:
            throw CloudRefusal.conflict(
                "uid \(uid) records '\(channel)' already; stop that, or acquire with another uid")
        }
    }
}
