import HTTPServer
import Service
import Units

/// One recording that was started by the cloud's paths, and what it is asked and told.
struct CloudSession {
    let hub: Hub
    let appID: String
    let resource: CloudResource
    let sid: String

    /// Answers one request; a stop waits no longer than `patience` for the files to be closed.
    func respond(to request: HTTPRequest, _ action: String, patience: Duration) async throws -> HTTPResponse {
        let recording = try await find()
        switch action {
        case "query": return try answer(recording)
        case "update": return try await update(request, recording)
        case "stop": return try await stop(request, recording, patience)
        default:
            throw CloudRefusal(
                status: 400, code: 49, reason: "there is no layout in mode individual: each user has files of their own"
            )
        }
    }

    private func find() async throws -> RecordingDocument {
        guard let recording = try await hub.recording(by: resource), recording.id == sid,
            resource.belongs(to: appID, channel: recording.channel)
        else { throw CloudRefusal.noWorker("no recording has this resource id and sid, or it is kept no longer") }
        return recording
    }

    private func answer(_ recording: RecordingDocument) throws -> HTTPResponse {
        var answer = CloudAnswer(resource, recording)
        answer.serverResponse = CloudAnswer.Server(recording)
        return try .json(answer)
    }

    /// Reads a document that names the recording once more.
    private func fields(_ request: HTTPRequest, _ recording: RecordingDocument) throws -> CloudFields {
        let fields = try CloudFields(request)
        guard try fields.text("cname") == recording.channel else {
            throw CloudRefusal.noWorker("its cname is '\(recording.channel)', as at the start")
        }
        guard try CloudTask.uid(fields) == resource.uid else {
            throw CloudRefusal.noWorker("its uid is '\(resource.uid)', as at the start")
        }
        return fields
    }

    private func update(_ request: HTTPRequest, _ recording: RecordingDocument) async throws -> HTTPResponse {
        let fields = try fields(request, recording)
        let update = try CloudTask.update(fields)
        var answer = CloudAnswer(resource, try await hub.updateRecording(recording.id, update))
        answer.ignored = fields.ignored
        return try .json(answer)
    }

    private func stop(
        _ request: HTTPRequest, _ recording: RecordingDocument, _ patience: Duration
    ) async throws -> HTTPResponse {
        let isAsynchronous = try CloudTask.isAsynchronousStop(try fields(request, recording))
        guard recording.state != .finished else {
            let why = recording.end?.reason ?? "it is over"
            guard recording.end?.leaveCodes == ["LEAVE_CODE_CLIENT_LEAVE"] else { throw CloudRefusal.noWorker(why) }
            throw CloudRefusal(status: 400, code: 49, reason: "repeated stop request: \(why)")
        }
        var ended = try await hub.stopRecording(recording.id)
        if !isAsynchronous { ended = try await hub.settled(recording.id, within: patience) }
        var answer = CloudAnswer(resource, ended)
        answer.serverResponse = CloudAnswer.Server(ended)
        answer.serverResponse?.uploadingStatus = "unknown"
        if !isAsynchronous, ended.state != .finished {
            (answer.code, answer.reason) = (50, "the files are not closed yet; query until status is 8")
            return try .json(answer, status: 206)
        }
        if ended.state == .finished, ended.takes.isEmpty {
            (answer.code, answer.reason) = (435, "no recorded data: nobody sent anything that was to be recorded")
            return try .json(answer, status: 206)
        }
        return try .json(answer)
    }
}
