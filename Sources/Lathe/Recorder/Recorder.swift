import Service

/// Records one channel after the other, each user in files of their own.
///
/// It takes the place of the legacy `IRecordingEngine` and of `IAgoraMediaRtcRecorder`, under the names of their methods.
/// Calls that belong to another mode, or another moment, fail with a sentence; they are never passed over. A recorder that
/// is no longer referred to goes on recording: call `leave`.
public actor Recorder {
    /// What a recorder makes of a channel.
    public enum Mode: String, Sendable {
        /// Files of their own for each user.
        case individual
        /// One file of everybody; not supported yet.
        case composite
    }

    enum State {
        case idle
        case joining
        case joined(RecordingWatch, ending: Task<Void, Never>)
    }

    nonisolated let fanOut = EventFanOut()
    private let service: LatheService
    /// What was chosen when it was made.
    public nonisolated let settings: RecorderSettings
    var state = State.idle
    var users: RecordedUsers
    var userSettings: [String: UserRecorderSettings] = [:]
    /// Who gets frames, and how many were left out of those that are gone.
    var captures: [CapturePurpose: FrameCapture] = [:]
    var formerDropCount = 0

    /// A recorder that has not joined a channel; fails in the mode that there is no engine for.
    public init(
        _ service: LatheService, mode: Mode = .individual, settings: RecorderSettings = RecorderSettings()
    ) throws {
        guard mode == .individual else { throw RecorderError.noComposite }
        try RecorderSettings.check(interval: settings.infoIntervalMilliseconds)
        self.service = service
        self.settings = settings
        users = RecordedUsers(
            subscribesAll: settings.autoSubscribe, startsAll: settings.trigger != .perUser,
            type: settings.videoStreamType)
    }

    // MARK: - Listening

    /// What happens from now on, as a sequence; ask before `join` to miss nothing.
    ///
    /// Up to 10,000 events wait in it; beyond that the oldest are left out, and `droppedEventCount` counts them.
    public nonisolated func events() -> RecorderEvents { RecorderEvents(fanOut.stream()) }

    /// Tells a delegate what happens from now on, until it is unregistered; the recorder keeps it alive.
    public nonisolated func register(_ delegate: any RecorderDelegate) throws {
        do { try fanOut.add(delegate) } catch { throw RecorderError(error) }
    }

    /// Tells a delegate nothing more.
    public nonisolated func unregister(_ delegate: any RecorderDelegate) { fanOut.remove(delegate) }

    /// How many events were left out, since somebody listened too slowly.
    public nonisolated var droppedEventCount: Int { fanOut.droppedCount }

    // MARK: - The channel

    /// Joins a channel and records it as the settings say; fails if that cannot be, and then nothing is begun.
    ///
    /// `user` is the recorder's own id or account, and comes back in `connected`; nobody in the channel sees it. Lathe checks no
    /// tokens; one that is given and not empty has to be an AccessToken of the formats 007 or 006, and `tokenPrivilegeWillExpire`
    /// and `tokenPrivilegeDidExpire` tell when it ends.
    public func join(_ channel: String, user: String = "0", token: String? = nil) async throws {
        guard case .idle = state else {
            throw RecorderError(.joinChannelRejected, "the recorder is in a channel already; leave it first")
        }
        let life = try token.flatMap { $0.isEmpty ? nil : try TokenLife($0) }
        state = .joining
        do {
            let engine = try await service.engine()
            let request = try settings.request(channel, users, recoversFiles: engine.recoversFiles)
            let newest = try await engine.hub.newestEvent()
            let document = try await engine.hub.startRecording(request)
            var files = FileWatch(usualInterval: settings.infoIntervalMilliseconds)
            for (uid, settings) in userSettings { files.set(settings, of: uid) }
            let watch = try await RecordingWatch(
                engine.hub, document, uid: user, after: newest, users, files, life, fanOut)
            let ending = Task {
                await watch.run { await self.stopAtMaximum($0) }
                self.ended()
            }
            state = .joined(watch, ending: ending)
            for capture in captures.values { capture.attach(watch) }
            // Whoever called meanwhile is heard now.
            try await update()
        } catch {
            if case .joining = state { state = .idle }
            throw RecorderError(error)
        }
    }

    /// Ends the recording, and returns when every file is closed.
    @discardableResult
    public func leave() async throws -> Departure {
        guard case .joined(let watch, let ending) = state else { throw Self.notJoined }
        // A recording that ended by itself meanwhile is not told again.
        _ = try? await watch.hub.stopRecording(watch.recording.id)
        await ending.value
        return watch.departure
    }

    /// Where the files of the channel that it is in go.
    public var directory: String? {
        guard case .joined(let watch, _) = state else { return nil }
        return watch.recording.directory
    }

    /// Takes another token, whose end is told instead; a text that is no token changes nothing, and fails.
    public func renewToken(_ token: String) throws {
        guard case .joined(let watch, _) = state else { throw Self.notJoined }
        watch.renew(try TokenLife(token))
    }

    static let notJoined = RecorderError(.notInChannel, "the recorder is in no channel; call join first")

    private func ended() {
        for capture in captures.values { capture.detach() }
        state = .idle
    }

    /// Lets the engine know whose media is recorded from now on.
    func update() async throws {
        guard case .joined(let watch, _) = state else { return }
        watch.follow(users)
        var update = RecordingUpdate()
        (update.audioUsers, update.videoUsers) = (users.recordedAudio.selection, users.recordedVideo.selection)
        (update.streamType, update.streamTypes) = (users.type.layer, users.types.mapValues(\.layer))
        let document = try await watch.hub.recording(watch.recording.id)
        let control = document.control ?? RecordingControl()
        guard
            control.audioUsers != update.audioUsers || control.videoUsers != update.videoUsers
                || document.streamType != update.streamType || (control.streamTypes ?? [:]) != update.streamTypes
        else { return }
        do { _ = try await watch.hub.updateRecording(watch.recording.id, update) } catch { throw RecorderError(error) }
    }

    /// The recording that runs; fails if none does.
    func running() throws -> RecordingWatch {
        guard case .joined(let watch, _) = state else { throw Self.notJoined }
        return watch
    }
}
