/// Who is told what happens to a recorder, by one call for each event.
///
/// All calls come one after the other, on a thread that nothing else uses: they may take their time, and block. Whoever
/// wants a few events only implements their methods; whoever wants all as values implements `happened`, and gets no other
/// call. Up to `EventInbox.limit` events wait; beyond that the oldest are left out and counted.
public protocol RecorderDelegate: AnyObject, Sendable {
    /// Is called with every event; calls the method below that is meant for it, unless you implement it yourself.
    func happened(_ event: RecorderEvent)

    func connected(channel: String, uid: String)
    func disconnected(channel: String, leaveCode: LeaveCode, reason: String, isNormal: Bool)
    func userJoined(uid: String)
    func userLeft(uid: String, reason: UserOfflineReason)
    func firstRemoteAudioDecoded(uid: String, elapsed: Duration)
    func firstRemoteVideoDecoded(uid: String, width: Int, height: Int, elapsed: Duration)
    func videoSizeChanged(uid: String, width: Int, height: Int, rotation: Int)
    func userAudioStateChanged(uid: String, state: RemoteStreamState, reason: RemoteStreamReason, elapsed: Duration)
    func userVideoStateChanged(uid: String, state: RemoteStreamState, reason: RemoteStreamReason, elapsed: Duration)
    func audioVolumeIndication(_ speakers: [SpeakerVolume])
    func activeSpeaker(uid: String)
    func remoteVideoStats(_ statistics: RemoteVideoStatistics)
    func remoteAudioStats(_ statistics: RemoteAudioStatistics)
    func recordingStats(_ statistics: RecordingStatistics)
    func recorderStateChanged(uid: String, state: RecorderState, reason: RecorderReason, file: String)
    func recorderInfoUpdated(uid: String, file: String, duration: Duration, byteCount: Int)
    func receivingStreamStatusChanged(audio: Bool, video: Bool)
    func connectionInterrupted(channel: String)
    func connectionLost(channel: String)
    func reconnected(channel: String)
    func tokenPrivilegeWillExpire(token: String)
    func tokenPrivilegeDidExpire()
    func warning(_ message: String)
    func error(_ code: ErrorCode, _ message: String)
}

extension RecorderDelegate {
    public func happened(_ event: RecorderEvent) { tell(event) }

    /// Calls the method that is meant for an event.
    private func tell(_ event: RecorderEvent) {
        switch event {
        case .connected(let channel, let uid): connected(channel: channel, uid: uid)
        case .disconnected(let channel, let code, let reason, let isNormal):
            disconnected(channel: channel, leaveCode: code, reason: reason, isNormal: isNormal)
        case .userJoined(let uid): userJoined(uid: uid)
        case .userLeft(let uid, let reason): userLeft(uid: uid, reason: reason)
        case .firstRemoteAudioDecoded(let uid, let elapsed): firstRemoteAudioDecoded(uid: uid, elapsed: elapsed)
        case .firstRemoteVideoDecoded(let uid, let width, let height, let elapsed):
            firstRemoteVideoDecoded(uid: uid, width: width, height: height, elapsed: elapsed)
        case .videoSizeChanged(let uid, let width, let height, let rotation):
            videoSizeChanged(uid: uid, width: width, height: height, rotation: rotation)
        case .userAudioStateChanged(let uid, let state, let reason, let elapsed):
            userAudioStateChanged(uid: uid, state: state, reason: reason, elapsed: elapsed)
        case .userVideoStateChanged(let uid, let state, let reason, let elapsed):
            userVideoStateChanged(uid: uid, state: state, reason: reason, elapsed: elapsed)
        case .audioVolumeIndication(let speakers): audioVolumeIndication(speakers)
        case .activeSpeaker(let uid): activeSpeaker(uid: uid)
        case .remoteVideoStats(let statistics): remoteVideoStats(statistics)
        case .remoteAudioStats(let statistics): remoteAudioStats(statistics)
        case .recordingStats(let statistics): recordingStats(statistics)
        case .recorderStateChanged(let uid, let state, let reason, let file):
            recorderStateChanged(uid: uid, state: state, reason: reason, file: file)
        case .recorderInfoUpdated(let uid, let file, let duration, let byteCount):
            recorderInfoUpdated(uid: uid, file: file, duration: duration, byteCount: byteCount)
        case .receivingStreamStatusChanged(let audio, let video):
            receivingStreamStatusChanged(audio: audio, video: video)
        case .connectionInterrupted(let channel): connectionInterrupted(channel: channel)
        case .connectionLost(let channel): connectionLost(channel: channel)
        case .reconnected(let channel): reconnected(channel: channel)
        case .tokenPrivilegeWillExpire(let token): tokenPrivilegeWillExpire(token: token)
        case .tokenPrivilegeDidExpire: tokenPrivilegeDidExpire()
        case .warning(let message): warning(message)
        case .error(let code, let message): error(code, message)
        }
    }
}

// Nothing is done about what nobody asked for.
extension RecorderDelegate {
    public func connected(channel: String, uid: String) {}
    public func disconnected(channel: String, leaveCode: LeaveCode, reason: String, isNormal: Bool) {}
    public func userJoined(uid: String) {}
    public func userLeft(uid: String, reason: UserOfflineReason) {}
    public func firstRemoteAudioDecoded(uid: String, elapsed: Duration) {}
    public func firstRemoteVideoDecoded(uid: String, width: Int, height: Int, elapsed: Duration) {}
    public func videoSizeChanged(uid: String, width: Int, height: Int, rotation: Int) {}
    public func userAudioStateChanged(
        uid: String, state: RemoteStreamState, reason: RemoteStreamReason, elapsed: Duration
    ) {}
    public func userVideoStateChanged(
        uid: String, state: RemoteStreamState, reason: RemoteStreamReason, elapsed: Duration
    ) {}
    public func audioVolumeIndication(_ speakers: [SpeakerVolume]) {}
    public func activeSpeaker(uid: String) {}
    public func remoteVideoStats(_ statistics: RemoteVideoStatistics) {}
    public func remoteAudioStats(_ statistics: RemoteAudioStatistics) {}
    public func recordingStats(_ statistics: RecordingStatistics) {}
    public func recorderStateChanged(uid: String, state: RecorderState, reason: RecorderReason, file: String) {}
    public func recorderInfoUpdated(uid: String, file: String, duration: Duration, byteCount: Int) {}
    public func receivingStreamStatusChanged(audio: Bool, video: Bool) {}
    public func connectionInterrupted(channel: String) {}
    public func connectionLost(channel: String) {}
    public func reconnected(channel: String) {}
    public func tokenPrivilegeWillExpire(token: String) {}
    public func tokenPrivilegeDidExpire() {}
    public func warning(_ message: String) {}
    public func error(_ code: ErrorCode, _ message: String) {}
}
