import Capture
import Service

/// What clients of the cloud's paths ask of a recording, and what of it means something here.
enum CloudTask {
    /// The recorder's own uid: a number in quotes.
    static func uid(_ fields: CloudFields) throws(CloudRefusal) -> UInt32 {
        let text = try fields.text("uid")
        guard let uid = UInt32(text), uid > 0, "\(uid)" == text else {
            throw .invalid("uid is the recorder's own, a number from 1 to \(UInt32.max) in quotes, not '\(text)'")
        }
        return uid
    }

    /// Reads what `acquire` wants besides a channel and a uid; nothing of it has an effect yet.
    static func checkAcquire(_ fields: CloudFields) throws(CloudRefusal) {
        guard let wish = try fields.part("clientRequest") else { return }
        guard let scene = try wish.number("scene", in: 0...2) else { return }
        guard scene == 0 else {
            let what = scene == 1 ? "web pages are not recorded yet" : "nothing is transcoded afterwards yet"
            throw .invalid("\(wish.name("scene")) is 0: \(what)")
        }
    }

    /// Reads a start in mode `individual`.
    static func start(_ fields: CloudFields, in channel: String) throws(CloudRefusal) -> RecordingRequest {
        var request = RecordingRequest(channel: channel, idleSeconds: 30)
        guard let wish = try fields.part("clientRequest") else { return request }
        try wish.refuse("snapshotConfig", "pictures of a call are not taken yet; leave it out")
        try wish.refuse("extensionServiceConfig", "there are no extensions in mode individual; leave it out")
        try wish.refuse("transcodeOptions", "nothing is transcoded afterwards yet; leave it out")
        if let apps = try wish.part("appsCollection") {
            _ = try apps.choice("combinationPolicy", of: ["default"])
        }
        if let files = try wish.part("recordingFileConfig"), let types = try files.texts("avFileType"), types != ["hls"]
        {
            throw .invalid("\(files.name("avFileType")) is [\"hls\"] in mode individual; files are MP4 or WebM here")
        }
        if let configuration = try wish.part("recordingConfig") { try read(configuration, &request) }
        return request
    }

    private static func read(_ fields: CloudFields, _ request: inout RecordingRequest) throws(CloudRefusal) {
        if let mode = try fields.number("decryptionMode", in: 0...8), mode != 0 {
            throw .invalid("\(fields.name("decryptionMode")) is 0: media that users encrypted cannot be opened yet")
        }
        request.idleSeconds = try fields.number("maxIdleTime", in: 5...2_592_000) ?? 30
        let types = try fields.number("streamTypes", in: 0...2) ?? 2
        request.media = [.audio, .video, .both][types]
        request.streamType = try fields.number("videoStreamType", in: 0...1) == 1 ? .low : .high
        if try fields.choice("streamMode", of: ["default", "standard", "original"]) == "original" {
            request.audio = .opus
        }
        let users = try CloudSelection(audio: fields, video: fields)
        try checkLists(fields, types)
        (request.audioUsers, request.videoUsers) = (users.audioUsers, users.videoUsers)
    }

    /// Lists of a medium that is not recorded are a mistake.
    private static func checkLists(_ fields: CloudFields, _ types: Int) throws(CloudRefusal) {
        for (medium, otherTypes) in [("Audio", 1), ("Video", 0)] where types == otherTypes {
            let names = ["subscribe", "unsubscribe", "unSubscribe"].map { "\($0)\(medium)Uids" }
            guard let name = names.first(where: fields.has) else { continue }
            throw .invalid("\(fields.name(name)) means nothing with streamTypes \(types); leave one of them out")
        }
    }

    /// Reads an update in mode `individual`.
    static func update(_ fields: CloudFields) throws(CloudRefusal) -> RecordingUpdate {
        var update = RecordingUpdate()
        guard let wish = try fields.part("clientRequest") else {
            throw .invalid("clientRequest is missing; say in its streamSubscribe who is recorded")
        }
        try wish.refuse("webRecordingConfig", "web pages are not recorded yet")
        try wish.refuse("rtmpPublishConfig", "nothing is passed on by RTMP")
        guard let lists = try wish.part("streamSubscribe") else {
            // New keys of a storage are taken, and have no more effect than the first ones.
            guard wish.has("storageConfig") else {
                throw .invalid("\(wish.name("streamSubscribe")) is missing; say there who is recorded")
            }
            return update
        }
        let users = try CloudSelection(audio: try lists.part("audioUidList"), video: try lists.part("videoUidList"))
        guard users.audioUsers != nil else {
            throw .invalid("\(lists.name("audioUidList")) or videoUidList says who is recorded; neither does")
        }
        (update.audioUsers, update.videoUsers) = (users.audioUsers, users.videoUsers)
        return update
    }

    /// Whether a stop is answered before the files are closed.
    static func isAsynchronousStop(_ fields: CloudFields) throws(CloudRefusal) -> Bool {
        try fields.part("clientRequest")?.flag("async_stop") ?? false
    }
}
