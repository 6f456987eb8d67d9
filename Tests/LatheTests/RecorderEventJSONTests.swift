import Testing

@testable import Lathe

@Suite("Events in JSON")
struct RecorderEventJSONTests {
    private static let second = Duration.milliseconds(1_234)

    @Test(
        "have a name, and what belongs to it",
        arguments: [
            (.connected(channel: "a/b", uid: "9"), #"{"channel":"a/b","event":"connected","uid":"9"}"#),
            (
                .disconnected(channel: "r", leaveCode: [.signal, .noUsers], reason: "over", isNormal: true),
                #"{"channel":"r","event":"disconnected","isNormal":true,"leaveCode":6,"message":"over"}"#
            ),
            (.userLeft(uid: "7", reason: .dropped), #"{"event":"userLeft","reason":1,"uid":"7"}"#),
            (
                .firstRemoteVideoDecoded(uid: "7", width: 4, height: 2, elapsed: second),
                #"{"elapsedMilliseconds":1234,"event":"firstRemoteVideoDecoded","height":2,"uid":"7","width":4}"#
            ),
            (
                .userAudioStateChanged(uid: "7", state: .stopped, reason: .remoteMuted, elapsed: second),
                #"{"elapsedMilliseconds":1234,"event":"userAudioStateChanged","reason":5,"state":0,"uid":"7"}"#
            ),
            (
                .recorderStateChanged(uid: "7", state: .error, reason: .writeFailed, file: "f"),
                #"{"event":"recorderStateChanged","file":"f","reason":1,"state":-1,"uid":"7"}"#
            ),
            (
                .recorderInfoUpdated(uid: "7", file: "f", duration: second, byteCount: 5),
                #"{"byteCount":5,"durationMilliseconds":1234,"event":"recorderInfoUpdated","file":"f","uid":"7"}"#
            ),
            (
                .audioVolumeIndication([SpeakerVolume(uid: "7", volume: 255)]),
                #"{"event":"audioVolumeIndication","speakers":[{"uid":"7","volume":255}]}"#
            ),
            (
                .remoteAudioStats(
                    RemoteAudioStatistics(
                        uid: "7", quality: .good, networkDelay: nil, lostPerMille: 3, receivedBitsPerSecond: 9)),
                #"{"event":"remoteAudioStats","lostPerMille":3,"quality":2,"receivedBitsPerSecond":9,"uid":"7"}"#
            ),
            (.error(.failed, "a \"word\""), #"{"code":1,"event":"error","message":"a \"word\""}"#),
            (
                .receivingStreamStatusChanged(audio: true, video: false),
                #"{"audio":true,"event":"receivingStreamStatusChanged","video":false}"#
            ),
            (.reconnected(channel: "r"), #"{"channel":"r","event":"reconnected"}"#),
            (.tokenPrivilegeWillExpire(token: "secret"), #"{"event":"tokenPrivilegeWillExpire"}"#),
            (.tokenPrivilegeDidExpire, #"{"event":"tokenPrivilegeDidExpire"}"#),
        ] as [(RecorderEvent, String)])
    func lines(event: RecorderEvent, json: String) { #expect(event.json == json) }
}
