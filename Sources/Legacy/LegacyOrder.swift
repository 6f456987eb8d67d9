public import CommandLineOptions
public import Service

/// What legacy settings ask for, in the words of `lathe record`.
public struct LegacyOrder: Equatable, Sendable {
    /// The channel; empty if none was named.
    public var channel = ""
    /// What was understood, each option once.
    public var options: [LegacyOption] = []
    /// A sentence for each setting that means nothing here, or not what it seems to.
    public var notes: [String] = []

    public init() {}

    /// Turns flags, and what the file at `cfgFilePath` says, into options; where both speak, the flags win.
    ///
    /// Fails with everything that is wrong at once.
    public init(_ values: LegacyValues, configuration: LegacyConfiguration? = nil) throws(LegacyRefusal) {
        var translation = LegacyTranslation(values)
        translation.translate()
        guard translation.faults.isEmpty else { throw LegacyRefusal(translation.faults) }
        self = translation.order
        guard let configuration else { return }
        if channel.isEmpty { channel = configuration.order.channel }
        let known = Set(options.map(\.name))
        options += configuration.order.options.filter { !known.contains($0.name) }
        notes += configuration.order.notes
    }

    /// Leaves out what the older product passed over where more than sound was recorded, as here `media` says.
    public mutating func leaveOutMP3(media: String?) {
        guard media != "audio", let form = self["mp3"] else { return }
        options.removeAll { ["mp3", "mp3-rate"].contains($0.name) }
        let key = form == "only" ? "Audio_Only_Record" : "Secondary_Recorder"
        notes.append(
            "'\(key)' means nothing here: MP3 is made where sound alone is recorded; add --isAudioOnly 1 or --media audio"
        )
    }

    /// The value of one of the options, if it is among them.
    public subscript(name: String) -> String? { options.last { $0.name == name }?.value }

    /// Sets everything in it.
    public func fill(_ service: inout ServiceOptions, _ request: inout RecordingRequest) throws(OptionError) {
        for option in options {
            if RecordingRequest.optionNames.contains(option.name) {
                try request.set(option.name, to: option.value)
            } else {
                try service.set(option.name, to: option.value)
            }
        }
    }
}
