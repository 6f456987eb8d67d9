/// Something that happened to a recorder, its channel, or the users in it.
///
/// The names are those of the callbacks of the 4.x SDK that Lathe stands in for, without their `on`.
public enum RecorderEvent: Equatable, Sendable {
    /// The recorder is in its channel.
    case connected(channel: String, uid: String)
    /// The last event: the recorder has left, and every file is closed.
    ///
    /// `reason` is a sentence; `isNormal` is false if something that was to be recorded was not.
    case disconnected(channel: String, leaveCode: LeaveCode, reason: String, isNormal: Bool)
    /// A user is here; told also of those who were before the recorder came.
    case userJoined(uid: String)
    case userLeft(uid: String, reason: UserOfflineReason)
    /// The first packet of a user's sound came, so long after the recorder joined.
    case firstRemoteAudioDecoded(uid: String, elapsed: Duration)
    /// The first picture of a user that can be decoded came, so long after the recorder joined.
    case firstRemoteVideoDecoded(uid: String, width: Int, height: Int, elapsed: Duration)
    /// A user's pictures have another size, in pixels, or are turned otherwise, in degrees clockwise.
    case videoSizeChanged(uid: String, width: Int, height: Int, rotation: Int)
    case userAudioStateChanged(uid: String, state: RemoteStreamState, reason: RemoteStreamReason, elapsed: Duration)
    case userVideoStateChanged(uid: String, state: RemoteStreamState, reason: RemoteStreamReason, elapsed: Duration)
    /// How loud everybody is who was heard since the last time, the loudest first.
    case audioVolumeIndication([SpeakerVolume])
    /// The loudest of them, if anybody is loud at all.
    case activeSpeaker(uid: String)
    case remoteVideoStats(RemoteVideoStatistics)
    case remoteAudioStats(RemoteAudioStatistics)
    case recordingStats(RecordingStatistics)
    /// A file was begun, was closed, or could not be written.
    case recorderStateChanged(uid: String, state: RecorderState, reason: RecorderReason, file: String)
    /// How an open file goes on, at the interval that was asked for.
    case recorderInfoUpdated(uid: String, file: String, duration: Duration, byteCount: Int)
    /// Whether sound and pictures of anybody in the channel come (the legacy `onReceivingStreamStatusChanged`).
    case receivingStreamStatusChanged(audio: Bool, video: Bool)
    /// Nothing was heard of any user for 4 s: the machine's network fails, or that of the only user.
    case connectionInterrupted(channel: String)
    /// Nothing was heard of any user for 10 s.
    case connectionLost(channel: String)
    /// Somebody is heard again.
    case reconnected(channel: String)
    /// The token that was given ends in 30 s, or sooner: `renewToken` takes another. Its JSON leaves the token out, since such
    /// lines go to logs.
    case tokenPrivilegeWillExpire(token: String)
    /// The token that was given has ended; the recording goes on.
    case tokenPrivilegeDidExpire
    /// Something that usually heals by itself, in a sentence.
    case warning(String)
    /// Something that was to be recorded is not, in a sentence.
    case error(ErrorCode, String)
}
