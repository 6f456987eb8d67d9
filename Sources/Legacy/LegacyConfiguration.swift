import Capture
public import Foundation
import Service

/// A legacy JSON file: that of `cfgFilePath`, or the sample's of 4.x, which share no key and may be mixed.
///
/// Keys that nobody knows are named and passed over, as they always have been.
public struct LegacyConfiguration: Equatable, Sendable {
    public private(set) var order = LegacyOrder()
    private let file: String
    private let values: [String: JSONValue]
    private var faults: [String] = []

    /// Reads a file's text; fails with everything that is wrong in it at once.
    public init(parsing text: Data, named file: String) throws(LegacyRefusal) {
        self.file = file
        do {
            values = try JSONDecoder().decode([String: JSONValue].self, from: text)
        } catch DecodingError.dataCorrupted(let context) {
            let cause = context.underlyingError.map { "\($0)" } ?? context.debugDescription
            throw LegacyRefusal(["\(file) is not JSON: \(cause)"])
        } catch {
            throw LegacyRefusal([#"\#(file) must hold one JSON object, such as { "Recording_Dir": "/var/rec/call" }"#])
        }
        checkTypes()
        guard faults.isEmpty else { throw LegacyRefusal(faults) }
        translate()
        guard faults.isEmpty else { throw LegacyRefusal(faults) }
    }

    private mutating func checkTypes() {
        for name in values.keys.sorted() {
            guard let value = values[name], value != .nothing else { continue }
            guard let key = LegacyKey.all.first(where: { $0.name == name }) else {
                order.notes.append("\(file): '\(name)' is no key that anybody knows; it is passed over")
                continue
            }
            guard !key.value.takes(value) else { continue }
            // A list of users can be wrong in its elements alone.
            let found = key.value == .users && value.kind == "a list" ? "a list of something else" : value.kind
            refuse(name, "is \(key.value.rawValue), such as \(key.example), not \(found)")
        }
    }

    private mutating func translate() {
        order.channel = text("channelName")
        for (key, reason) in [
            ("appId", LegacyReason.project), ("token", LegacyReason.token),
            ("backgroundImage", LegacyReason.compositeOnly), ("layoutMode", LegacyReason.compositeOnly),
            ("maxResolutionUid", LegacyReason.compositeOnly),
        ] where !text(key).isEmpty { ignore(key, reason) }
        if !["", "0"].contains(text("userId")) { ignore("userId", LegacyReason.identity) }
        if isTrue("useStringUid") { ignore("useStringUid", LegacyReason.texts) }
        if isTrue("useCloudProxy") { ignore("useCloudProxy", LegacyReason.proxy) }
        files()
        chunks()
        sound()
        users("subAllAudio", "subAudioUserList", option: "subscribe-audio")
        users("subAllVideo", "subVideoUserList", option: "subscribe-video")
        media()
        pictures()
        captures()
    }

    // MARK: - What becomes of a key

    private mutating func refuse(_ key: String, _ rest: String) { faults.append("\(file): '\(key)' \(rest)") }

    private mutating func ignore(_ key: String, _ reason: String) {
        order.notes.append("\(file): '\(key)' means nothing here: \(reason)")
    }

    private mutating func take(_ name: String, _ value: String) {
        order.options.append(LegacyOption(name, value))
    }

    /// The key's text in the words of an option; anything but those known is refused.
    private mutating func choice(_ key: String, _ known: KeyValuePairs<String, String>) -> String? {
        let text = text(key)
        guard !text.isEmpty else { return nil }
        if let found = known.first(where: { $0.key == text }) { return found.value }
        refuse(key, "is one of \(known.map { "\"\($0.key)\"" }.joined(separator: ", ")), not \"\(text)\"")
        return nil
    }

    private func text(_ key: String) -> String {
        if case .text(let text)? = values[key] { text } else { "" }
    }

    private func isTrue(_ key: String) -> Bool { values[key] == .truth(true) }

    private func seconds(_ key: String) -> Int? {
        switch values[key] {
        case .whole(let seconds): seconds
        case .text(let text): Int(text)
        default: nil
        }
    }

    private func list(_ key: String) -> [JSONValue] { if case .list(let list)? = values[key] { list } else { [] } }

    // MARK: - Groups of keys

    private mutating func files() {
        let directories = ["Recording_Dir", "recorderPath"].filter { !text($0).isEmpty }
        guard directories.count < 2 else { return refuse("Recording_Dir", "and 'recorderPath' exclude each other") }
        for key in directories { take("directory", text(key)) }
        if isTrue("recoverFile") { take("recover-files", "1") }
    }

    private mutating func chunks() {
        if let seconds = seconds("Chunk_Time_Span") {
            let least = RecordingControl.shortestChunk
            if (least...86_400).contains(seconds) {
                take("chunk-seconds", "\(seconds)")
            } else {
                refuse("Chunk_Time_Span", "is a number of seconds from \(least) to 86400, not \(seconds)")
            }
        }
        guard let seconds = seconds("maxDuration") else { return }
        guard seconds > 0 else { return refuse("maxDuration", "is at least 1 second, not \(seconds)") }
        take("max-duration", "\(seconds)")
        take("at-maximum", "stop")
    }

    private mutating func sound() {
        if values["Pcm_Sample_Rate"] != nil { ignore("Pcm_Sample_Rate", LegacyReason.rawRate) }
        let beside = choice("Secondary_Recorder", ["mp3": "beside"])
        let only = choice("Audio_Only_Record", ["mp3": "only"])
        guard beside == nil || only == nil else {
            return refuse("Secondary_Recorder", "and 'Audio_Only_Record' exclude each other")
        }
        if let form = only ?? beside { take("mp3", form) }
        soundRate(isUsed: only ?? beside != nil)
    }

    /// The rate of MP3; as in the older product, one that it does not know is the lowest.
    private mutating func soundRate(isUsed: Bool) {
        guard case .whole(let rate)? = values["Audio_Sample_Rate"] else { return }
        guard isUsed else { return ignore("Audio_Sample_Rate", LegacyReason.mp3Rate) }
        let known = MP3Rate(rawValue: rate) ?? .hz16000
        if known.rawValue != rate {
            order.notes.append("\(file): 'Audio_Sample_Rate' is \(MP3Rate.listed); \(rate) becomes \(known.rawValue)")
        }
        take("mp3-rate", "\(known.rawValue)")
    }

    /// The users of one medium; a list that `subAll` makes useless means nothing.
    private mutating func users(_ all: String, _ list: String, option: String) {
        let users = self.list(list).compactMap(\.user)
        if isTrue(all) {
            if !users.isEmpty { ignore(list, "'\(all)' is true, and everybody is recorded") }
        } else if values[all] == .truth(false) || !users.isEmpty {
            take(option, users.joined(separator: ","))
        }
    }

    private mutating func media() {
        if let type = choice("subStreamType", ["high": "0", "low": "1"]) { take("stream-type", type) }
        let known: KeyValuePairs = ["audio_only": "audio", "video_only": "video", "both": "both"]
        if let media = choice("recorderStreamType", known) { take("media", media) }
    }

    private mutating func pictures() {
        if isTrue("isMix") { refuse("isMix", "true: \(LegacyReason.composite)") }
        if let color = values["backgroundColor"], color != .whole(0) {
            ignore("backgroundColor", LegacyReason.compositeOnly)
        }
        if values["audio"] != nil { ignore("audio", LegacyReason.senderSound) }
        if values["video"] != nil { ignore("video", LegacyReason.senderPictures) }
        if !list("rotation").isEmpty { ignore("rotation", LegacyReason.compositeOnly) }
        if !list("waterMark").isEmpty { refuse("waterMark", "is set: \(LegacyReason.watermarks)") }
    }

    private mutating func captures() {
        if case .object(let encryption)? = values["encryption"], encryption["key", default: .text("")] != .text("") {
            refuse("encryption", "is set: \(LegacyReason.encryption)")
        }
        guard case .object(let capture)? = values["frameCaptureConfig"], capture["enable"] == .truth(true) else {
            return
        }
        let isPicture = [.whole(2), .whole(3)].contains(capture["videoFrameType"])
        let reason = isPicture ? LegacyReason.screenshots : LegacyReason.rawPictures
        refuse("frameCaptureConfig", "is enabled: \(reason)")
    }
}
