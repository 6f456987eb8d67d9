// Whose media a recorder takes. Users who are not there yet may be named: they are treated so when they come.
extension Recorder {
    /// Takes the sound of everybody, also of those who come later.
    public func subscribeAllAudio() async throws { try await change { $0.audio = .everybody } }

    /// Takes the pictures of everybody, also of those who come later.
    ///
    /// Of senders who send several sizes, `type` is taken of everybody from now on, also of those of whom another one was;
    /// nothing leaves that as it is. Files go over to it with its next keyframe.
    public func subscribeAllVideo(_ type: VideoStreamType? = nil) async throws {
        try await change { users in
            users.video = .everybody
            if let type { users.choose(type) }
        }
    }

    /// Takes nobody's sound, also of those who come later, but of those who are subscribed to by name afterwards.
    public func unsubscribeAllAudio() async throws { try await change { $0.audio = .nobody } }

    /// Takes nobody's pictures, also of those who come later, but of those who are subscribed to by name afterwards.
    public func unsubscribeAllVideo() async throws { try await change { $0.video = .nobody } }

    public func subscribeAudio(_ uid: String) async throws { try await change(uid) { $0.audio.insert(uid) } }
    public func unsubscribeAudio(_ uid: String) async throws { try await change(uid) { $0.audio.remove(uid) } }

    /// Takes a user's pictures; of a sender who sends several sizes, `type`.
    ///
    /// Without a type it is the one that was chosen for the user before, or for everybody.
    public func subscribeVideo(_ uid: String, _ type: VideoStreamType? = nil) async throws {
        try await change(uid) { users in
            users.video.insert(uid)
            if let type { users.choose(type, of: uid) }
        }
    }

    public func unsubscribeVideo(_ uid: String) async throws { try await change(uid) { $0.video.remove(uid) } }

    /// Changes who is recorded; if the engine refuses that, nothing has changed.
    func change(_ uid: String? = nil, _ body: (inout RecordedUsers) -> Void) async throws {
        if uid?.isEmpty == true { throw RecorderError(.invalidUserID, "the user's id is empty", field: "uid") }
        let before = users
        body(&users)
        do { try await update() } catch {
            users = before
            throw error
        }
    }
}
