import Service

/// Whose sound and whose pictures are recorded, as clients of the cloud's paths write it.
///
/// Who names users of one medium alone gets nothing of the other, as the documents of those paths say.
struct CloudSelection: Equatable {
    /// How many users one list names.
    static let listLimit = 32
    /// In place of a list: everybody.
    private static let everybody = ["#allstream#"]

    var audioUsers: UserSelection?
    var videoUsers: UserSelection?

    /// Reads the lists of both media, from one object or one each.
    init(audio: CloudFields?, video: CloudFields?) throws(CloudRefusal) {
        audioUsers =
            try audio.map { part throws(CloudRefusal) in
                try Self.selection(part, "subscribeAudioUids", ["unsubscribeAudioUids", "unSubscribeAudioUids"])
            } ?? nil
        videoUsers =
            try video.map { part throws(CloudRefusal) in
                try Self.selection(part, "subscribeVideoUids", ["unsubscribeVideoUids", "unSubscribeVideoUids"])
            } ?? nil
        guard (audioUsers == nil) != (videoUsers == nil) else { return }
        audioUsers = audioUsers ?? .nobody
        videoUsers = videoUsers ?? .nobody
    }

    /// The documents spell the name of the list of those who are left out in two ways.
    private static func selection(
        _ fields: CloudFields, _ some: String, _ others: [String]
    ) throws(CloudRefusal) -> UserSelection? {
        let given = ([some] + others).filter(fields.has)
        guard let name = given.first else { return nil }
        guard given.count == 1 else {
            throw .invalid("\(fields.name(given[0])) and \(given[1]) exclude each other; keep one of them")
        }
        let uids = try fields.texts(name) ?? []
        guard (1...listLimit).contains(uids.count) else {
            throw .invalid(
                "\(fields.name(name)) names 1 to \(listLimit) users, not \(uids.count); leave it out for all")
        }
        guard uids == everybody || !uids.contains(everybody[0]) else {
            throw .invalid("\(fields.name(name)): \(everybody[0]) means all, and stands alone")
        }
        guard !uids.contains("") else { throw .invalid("\(fields.name(name)) names a user without letters") }
        if name == some { return uids == everybody ? .everybody : UserSelection(only: uids) }
        return uids == everybody ? .nobody : UserSelection(except: uids)
    }
}
