import Foundation
import Units

extension RecorderEvent {
    /// The event as one line of JSON, for other languages and for logs.
    ///
    /// `event` is the name of the case; other keys are there where the event has them. Numbers of states, reasons and codes
    /// are those of the legacy SDKs; lengths of time are whole milliseconds.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Nothing in it can be refused: texts and whole numbers.
        guard let bytes = try? encoder.encode(RecorderEventDocument(self)) else { return "{}" }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What stands in the JSON of an event.
private struct RecorderEventDocument: Encodable {
    struct Speaker: Encodable {
        var uid: String
        var volume: Int
    }

    var event = ""
    var channel: String?
    var uid: String?
    var message: String?
    var code: Int?
    var leaveCode: Int?
    var isNormal: Bool?
    var audio: Bool?
    var video: Bool?
    var state: Int?
    var reason: Int?
    var elapsedMilliseconds: Int64?
    var width: Int?
    var height: Int?
    var rotation: Int?
    var file: String?
    var durationMilliseconds: Int64?
    var byteCount: Int?
    var speakers: [Speaker]?
    var codec: String?
    var quality: Int?
    var lostPerMille: Int?
    var delayMilliseconds: Int64?
    var receivedBitsPerSecond: Int?
    var receivedAudioBitsPerSecond: Int?
    var receivedVideoBitsPerSecond: Int?
    var framesPerSecond: Int?
    var userCount: Int?
    var processPercent: Int?
    var totalPercent: Int?

    init(_ event: RecorderEvent) {
        switch event {
        case .connected(let channel, let uid): set("connected", channel: channel, uid: uid)
        case .disconnected(let channel, let code, let reason, let isNormal):
            set("disconnected", channel: channel)
            (leaveCode, message, self.isNormal) = (code.rawValue, reason, isNormal)
        case .userJoined(let uid): set("userJoined", uid: uid)
        case .userLeft(let uid, let reason):
            set("userLeft", uid: uid)
            self.reason = reason.rawValue
        case .receivingStreamStatusChanged(let audio, let video):
            set("receivingStreamStatusChanged")
            (self.audio, self.video) = (audio, video)
        case .connectionInterrupted(let channel): set("connectionInterrupted", channel: channel)
        case .connectionLost(let channel): set("connectionLost", channel: channel)
        case .reconnected(let channel): set("reconnected", channel: channel)
        case .recorderStateChanged(let uid, let state, let reason, let file):
            set("recorderStateChanged", uid: uid)
            (self.state, self.reason, self.file) = (state.rawValue, reason.rawValue, file)
        case .recorderInfoUpdated(let uid, let file, let duration, let byteCount):
            set("recorderInfoUpdated", uid: uid)
            (self.file, durationMilliseconds) = (file, duration.wholeMilliseconds)
            self.byteCount = byteCount
        // Whoever gave the token has it; lines go to logs.
        case .tokenPrivilegeWillExpire: set("tokenPrivilegeWillExpire")
        case .tokenPrivilegeDidExpire: set("tokenPrivilegeDidExpire")
        case .warning(let message):
            set("warning")
            self.message = message
        case .error(let code, let message):
            set("error")
            (self.code, self.message) = (code.rawValue, message)
        default: setMedia(event)
        }
    }

    private mutating func set(_ name: String, channel: String? = nil, uid: String? = nil, elapsed: Duration? = nil) {
        (event, self.channel, self.uid) = (name, channel, uid)
        elapsedMilliseconds = elapsed?.wholeMilliseconds
    }

    /// Events of users' sound and pictures.
    private mutating func setMedia(_ event: RecorderEvent) {
        switch event {
        case .firstRemoteAudioDecoded(let uid, let elapsed):
            set("firstRemoteAudioDecoded", uid: uid, elapsed: elapsed)
        case .firstRemoteVideoDecoded(let uid, let width, let height, let elapsed):
            set("firstRemoteVideoDecoded", uid: uid, elapsed: elapsed)
            (self.width, self.height) = (width, height)
        case .videoSizeChanged(let uid, let width, let height, let rotation):
            set("videoSizeChanged", uid: uid)
            (self.width, self.height, self.rotation) = (width, height, rotation)
        case .userAudioStateChanged(let uid, let state, let reason, let elapsed):
            set("userAudioStateChanged", uid: uid, elapsed: elapsed)
            (self.state, self.reason) = (state.rawValue, reason.rawValue)
        case .userVideoStateChanged(let uid, let state, let reason, let elapsed):
            set("userVideoStateChanged", uid: uid, elapsed: elapsed)
            (self.state, self.reason) = (state.rawValue, reason.rawValue)
        case .audioVolumeIndication(let all):
            set("audioVolumeIndication")
            speakers = all.map { Speaker(uid: $0.uid, volume: $0.volume) }
        case .activeSpeaker(let uid): set("activeSpeaker", uid: uid)
        default: setStatistics(event)
        }
    }

    private mutating func setStatistics(_ event: RecorderEvent) {
        switch event {
        case .remoteVideoStats(let one):
            set("remoteVideoStats", uid: one.uid)
            (width, height, framesPerSecond, codec) = (one.width, one.height, one.framesPerSecond, one.codec)
            (receivedBitsPerSecond, delayMilliseconds) = (one.receivedBitsPerSecond, one.delay?.wholeMilliseconds)
        case .remoteAudioStats(let one):
            set("remoteAudioStats", uid: one.uid)
            (quality, lostPerMille) = (one.quality.rawValue, one.lostPerMille)
            (receivedBitsPerSecond, delayMilliseconds) = (
                one.receivedBitsPerSecond, one.networkDelay?.wholeMilliseconds
            )
        case .recordingStats(let all):
            set("recordingStats")
            (durationMilliseconds, byteCount) = (all.duration.wholeMilliseconds, all.receivedByteCount)
            (receivedBitsPerSecond, userCount) = (all.receivedBitsPerSecond, all.userCount)
            receivedAudioBitsPerSecond = all.receivedAudioBitsPerSecond
            receivedVideoBitsPerSecond = all.receivedVideoBitsPerSecond
            delayMilliseconds = all.lastMileDelay?.wholeMilliseconds
            (processPercent, totalPercent) = (all.processPercent, all.totalPercent)
        default: preconditionFailure("an event without a name in JSON: \(event)")
        }
    }
}
