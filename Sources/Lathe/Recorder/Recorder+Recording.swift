import Service

// Starting, stopping and shaping what goes to files.
extension Recorder {
    /// Records a user from now on, where each is started alone, or again after `stopSingleRecording`.
    public func startSingleRecording(_ uid: String) async throws {
        _ = try running()
        try await change(uid) { $0.started.insert(uid) }
    }

    /// Records a user no more; the user's files are closed.
    public func stopSingleRecording(_ uid: String) async throws {
        _ = try running()
        try await change(uid) { $0.started.remove(uid) }
    }

    /// Records one user otherwise than the others; it may be called before the user comes, and before `join`.
    public func setRecorderConfig(_ settings: UserRecorderSettings, uid: String) async throws {
        try RecorderSettings.check(interval: settings.infoIntervalMilliseconds)
        if let longest = settings.maximumDuration, longest < .seconds(1) {
            throw RecorderError.badField("maximumDuration", "maximumDuration is a second or more, not \(longest)")
        }
        try await change(uid) { $0.choose(settings.streamType, of: uid) }
        userSettings[uid] = settings
        if case .joined(let watch, _) = state { watch.set(settings, of: uid) }
    }

    /// Records on, where that was paused, or waits for its first start (the legacy `startService`).
    public func startService() async throws {
        let watch = try manual("startService")
        do { _ = try await watch.hub.resumeRecording(watch.recording.id) } catch { throw RecorderError(error) }
    }

    /// Pauses everybody's recording; files stay open (the legacy `stopService`).
    public func stopService() async throws {
        let watch = try manual("stopService")
        do { _ = try await watch.hub.pauseRecording(watch.recording.id) } catch { throw RecorderError(error) }
    }

    /// Pauses everybody's recording in any mode; files stay open.
    public func pause() async throws {
        let watch = try running()
        do { _ = try await watch.hub.pauseRecording(watch.recording.id) } catch { throw RecorderError(error) }
    }

    /// Goes on after `pause`.
    public func resume() async throws {
        let watch = try running()
        do { _ = try await watch.hub.resumeRecording(watch.recording.id) } catch { throw RecorderError(error) }
    }

    /// A user has been recorded for as long as was asked for.
    func stopAtMaximum(_ uid: String) async {
        do {
            try await change(uid) { $0.started.remove(uid) }
        } catch {
            fanOut.send([.warning("user \(uid) is recorded beyond the maximum that was asked for: \(error)")])
        }
    }

    private func manual(_ call: String) throws -> RecordingWatch {
        let watch = try running()
        guard settings.trigger == .manual else {
            throw RecorderError(
                .invalidState,
                "\(call) is for a recorder whose trigger is manual, and this one's is \(settings.trigger.rawValue): call "
                    + "pause and resume")
        }
        return watch
    }
}

// What belongs to composites, or has no engine behind it: it fails with the reason.
extension Recorder {
    /// Is for composites: fails.
    public func startRecording() throws {
        throw RecorderError.ofComposites("startRecording", instead: "call startSingleRecording for each")
    }

    /// Is for composites: fails.
    public func stopRecording() throws {
        throw RecorderError.ofComposites("stopRecording", instead: "call stopSingleRecording for each, or leave")
    }

    /// Is for composites: fails.
    public func setRecorderConfig() throws {
        throw RecorderError.ofComposites("setRecorderConfig", instead: "call it with a uid")
    }

    /// Is not supported: Lathe makes no composite.
    public func setVideoMixingLayout() throws { throw RecorderError.noComposite }

    /// Is not supported: Lathe draws nothing on pictures.
    public func enableAndUpdateVideoWatermarks(uid: String? = nil) throws { throw RecorderError.noDrawing }

    /// Is not supported: there are no watermarks that could be taken away.
    public func disableVideoWatermarks(uid: String? = nil) throws { throw RecorderError.noDrawing }

    /// Is not supported: Lathe opens no media that clients encrypted with a secret of their own.
    public func enableEncryption() throws { throw RecorderError.noSecrets }
}
