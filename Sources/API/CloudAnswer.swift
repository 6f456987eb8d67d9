import Foundation
import Service

/// What clients of the cloud's paths are answered; what is not there is left out.
struct CloudAnswer: Encodable {
    /// How a recording stands.
    struct Server: Encodable {
        var status: Int
        var fileListMode: String?
        var fileList: [File]?
        var sliceStartTime: Int64?
        var uploadingStatus: String?
    }

    /// One file of a recording.
    struct File: Encodable {
        var fileName: String
        var trackType: String
        var uid: String
        var mixedAllUser = false
        var isPlayable = true
        /// Milliseconds since 1970.
        var sliceStartTime: Int64
        /// Where the file is fetched from, since it stays on this machine.
        var url: String
    }

    var code: Int?
    var reason: String?
    var cname: String?
    var uid: String?
    var resourceId: String?
    var sid: String?
    var serverResponse: Server?
    /// Fields that were taken and have no effect here.
    var ignored: [String]?

    init(_ refusal: CloudRefusal) { (code, reason) = (refusal.code, refusal.reason) }

    init(_ resource: CloudResource, channel: String) {
        (cname, uid, resourceId) = (channel, "\(resource.uid)", resource.text)
    }

    init(_ resource: CloudResource, _ recording: RecordingDocument) {
        self.init(resource, channel: recording.channel)
        sid = recording.id
    }
}

extension CloudAnswer.Server {
    /// How a recording stands, and its files if there are any.
    init(_ recording: RecordingDocument) {
        status = Self.status(of: recording)
        guard !recording.takes.isEmpty else { return }
        let start = Int64((recording.startedAt.timeIntervalSince1970 * 1000).rounded())
        fileListMode = "json"
        fileList = recording.takes.map { take in
            CloudAnswer.File(
                fileName: take.file, trackType: Self.trackType(of: take), uid: take.uid,
                sliceStartTime: start + take.startedAtMilliseconds,
                url: RecordingRoutes.url(of: take.file, in: recording.id))
        }
        sliceStartTime = recording.takes.map { start + $0.startedAtMilliseconds }.min()
    }

    /// 4: all is ready; 5: something is recorded; 6: the files are being closed; 8: it is over; 20: it ended badly.
    private static func status(of recording: RecordingDocument) -> Int {
        switch recording.state {
        case .recording: recording.takes.isEmpty ? 4 : 5
        case .finishing: 6
        // Ends that are no normal ones have no leave code.
        case .finished: recording.end?.leaveCode == 0 ? 20 : 8
        }
    }

    private static func trackType(of take: RecordingDocument.Take) -> String {
        switch (take.audio != nil, take.video != nil) {
        case (true, false): "audio"
        case (false, true): "video"
        default: "audio_and_video"
        }
    }
}

/// The addresses that notifications come from.
struct CloudAddresses: Encodable {
    struct Host: Encodable { var primaryIP: String }
    struct Service: Encodable { var hosts: [Host] }
    struct Body: Encodable { var service: Service }

    var data: Body

    init(_ addresses: [String]) { data = Body(service: Service(hosts: addresses.map(Host.init(primaryIP:)))) }
}
