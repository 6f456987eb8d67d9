import Capture
import Service
import Testing

@testable import Lathe

/// How each field of docs/compatibility.md that has a counterpart is tried, by the first words of its row.
enum SettingWalk {
    /// Of `RecordingConfig`.
    static let third: [String: WalkStep] = [
        "isAudioOnly": .honoured { scene in
            try await check(scene, [(1, .audio), (2, .video)])
        },
        "mixedVideoAudio": .honoured { scene in
            let document = try await scene.document(of: #"{"container": "ts"}"#)
            #expect(document.container == .ts)
        },
        "decodeAudio": .honoured { scene in
            try await scene.recording { recorder, _ in
                let counter = FrameCounter()
                try await recorder.enableAudioFrameCapture(sampleRate: 16_000, observer: counter)
                try await eventually("sound") { counter.count > 0 ? true : nil }
            }
        },
        "decodeVideo": MethodWalk.recorder["enableRecorderVideoFrameCapture"] ?? .nothing,
        "idleLimitSec": .honoured { scene in
            let document = try await scene.document(of: #"{"idleSeconds": 30}"#)
            #expect(document.idleSeconds == 30)
        },
        "recordFileRootDir": .honoured { scene in
            let directory = try await scene.recording { _, _ in }.departure.directory
            #expect(directory.hasPrefix(scene.service.configuration.recordRoot + "/"))
        },
        "cfgFilePath": .nothing,
        "lowUdpPort": .honoured { scene in
            let range = scene.service.configuration.lowUDPPort...scene.service.configuration.highUDPPort
            let ports = await scene.service.mediaPorts
            #expect(!ports.isEmpty && ports.allSatisfy { range.contains($0) })
        },
        "streamType": .honoured(size),
        "triggerMode": .honoured { scene in
            let document = try await scene.document(of: #"{"trigger": "manual"}"#)
            #expect(document.isPaused == true)
        },
        "audioIndicationInterval": MethodWalk.recorder["setAudioVolumeIndicationParameters"] ?? .nothing,
        "autoSubscribe": MethodWalk.recorder["subscribeAudio"] ?? .nothing,
        "channelProfile": .honoured(profile),
    ]

    /// Of the structures of 4.x.
    static let fourth: [String: WalkStep] = [
        "appId": .honoured { _ in
            let configuration = try RecorderError.reading(ServiceConfiguration.self, from: #"{"appID": "0123"}"#)
            #expect(configuration.appID == "0123")
        },
        "channelProfile": .honoured(profile),
        "storagePath of MediaRecorderConfiguration": .honoured { scene in
            let directory = scene.service.configuration.recordRoot + "/else"
            let json = #"{"directory": "\#(directory)", "names": "{uid}_{lane}_{stamp}"}"#
            let document = try await scene.document(of: json)
            #expect(document.directory == directory)
            #expect(document.control?.names == "{uid}_{lane}_{stamp}")
        },
        "containerFormat": .honoured { scene in
            let document = try await scene.document(of: #"{"container": "mp4"}"#)
            #expect(document.container == .mp4)
        },
        "streamType": .honoured { scene in
            try await check(scene, [(1, .audio), (2, .video), (3, .both)])
        },
        "maxDurationMs": .honoured { scene in
            let control = try await scene.document(of: #"{"maximumSeconds": 120}"#).control
            #expect(control?.maximumSeconds == 120)
            #expect(control?.atMaximum == .stop)
        },
        "recorderInfoUpdateInterval": .honoured { scene in
            try await scene.recording({ $0.infoIntervalMilliseconds = 1_000 }) { _, diary in
                try await diary.heard("how a file goes on") {
                    if case .recorderInfoUpdated = $0 { true } else { false }
                }
            }
        },
        "type of VideoSubscriptionOptions": .honoured(size),
        "videoFrameType": MethodWalk.recorder["enableRecorderVideoFrameCapture"] ?? .nothing,
    ]

    /// Whether each number of a `streamType` is what the engine records.
    private static func check(_ scene: WalkScene, _ known: [(Int, MediaChoice)]) async throws {
        for (number, media) in known {
            let control = try await scene.document(of: #"{"streamType": \#(number)}"#).control
            #expect(control?.media == media)
        }
    }

    @Sendable private static func size(_ scene: WalkScene) async throws {
        #expect(try await scene.document(of: #"{"videoStreamType": 0}"#).streamType == .high)
        #expect(try await scene.document(of: #"{"videoStreamType": 1}"#).streamType == .low)
    }

    @Sendable private static func profile(_ scene: WalkScene) async throws {
        for (number, profile) in [(0, ChannelProfileType.communication), (1, .live)] {
            let json = #"{"channelProfile": \#(number)}"#
            #expect(try RecorderError.reading(ServiceConfiguration.self, from: json).channelProfile == profile)
        }
    }
}
