// Whose media a recorder takes. Users who are not there yet may be named: they are treated so when they come.
extension Recorder {
    /// Takes the sound of everybody, also of those who come later.
    public func subscribeAllAudio() async throws { try await change { $0.audio = .everybody } }

    /// Takes the pictures of everybody, also of those who come later.
    ///
    /// Which of a sender's sizes is taken is chosen for all by `RecorderSettings.videoStreamType`: another one is refused.
    public func subscribeAllVideo(_ type: VideoStreamType? = nil) async throws {
        try check(type)
        try await change { $0.video = .everybody }
    }

    /// Takes nobody's sound, also of those who come later, but of those who are subscribed to by name afterwards.
    public func unsubscribeAllAudio() async throws { try await change { $0.audio = .nobody } }

    /// Takes nobody's pictures, also of those who come later, but of those who are subscribed to by name afterwards.
    public func unsubscribeAllVideo() async throws { try await change { $0.video = .nobody } }

    public func subscribeAudio(_ uid: String) async throws { try await change(uid) { $0.audio.insert(uid) } }
    public func unsubscribeAudio(_ uid: String) async throws { try await change(uid) { $0.audio.remove(uid) } }

    public func subscribeVideo(_ uid: String, _ type: VideoStreamType? = nil) async throws {
        try check(type)
        try await change(uid) { $0.video.insert(uid) }
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

    private func check(_ type: VideoStreamType?) throws {
        guard let type, type != settings.videoStreamType else { return }
        throw RecorderError(
            .notSupported,
            "one size of pictures is chosen for all users, by videoStreamType of the recorder's settings; make a recorder "
                + "with the other one", field: "type")
    }
}
