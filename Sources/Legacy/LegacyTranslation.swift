import Service

/// Legacy flags on their way to an order: what each becomes, and what is wrong with them.
struct LegacyTranslation {
    let values: LegacyValues
    private(set) var order = LegacyOrder()
    private(set) var faults: [String] = []

    init(_ values: LegacyValues) { self.values = values }

    mutating func translate() {
        order.channel = values.text("channel")
        identity()
        media()
        users(of: "Video", option: "video")
        users(of: "Audio", option: "audio")
        selection()
        life()
        files()
        ports()
        composite()
        raw()
        encryption()
        rest()
    }

    // MARK: - What becomes of a flag

    private mutating func take(_ name: String, _ value: String) {
        order.options.append(LegacyOption(name, value))
    }

    private mutating func refuse(_ sentence: String) { faults.append(sentence) }

    /// Notes that a flag means nothing here.
    private mutating func ignore(_ name: String, _ reason: String) {
        order.notes.append("--\(name) means nothing here: \(reason)")
    }

    /// A flag's number if that is one of those known; anything else is refused.
    private mutating func choice(_ name: String, _ known: [Int], _ words: String) -> Int? {
        guard let number = values.number(name) else { return nil }
        guard known.contains(number) else {
            refuse("--\(name) is \(words), not \(number)")
            return nil
        }
        return number
    }

    // MARK: - Who

    private mutating func identity() {
        if values.isGiven("appId") { ignore("appId", LegacyReason.project) }
        let uid = values.text("uid")
        if !uid.isEmpty, !values.isOn("useStringUid"), LegacyValues.number(uid) == nil {
            refuse("--uid is a whole number, not '\(uid)'; give a text with --useStringUid 1")
        } else if values.isGiven("uid"), LegacyValues.number(uid) != 0 {
            ignore("uid", LegacyReason.identity)
        }
        if values.isGiven("userAccount") { ignore("userAccount", LegacyReason.identity) }
        if values.isGiven("channelKey") { ignore("channelKey", LegacyReason.token) }
        for name in ["useStringUid", "treatStringUidAsIntUid"] where values.isOn(name) {
            ignore(name, LegacyReason.texts)
        }
        if choice("channelProfile", [0, 1], "0 for communication or 1 for live") == 1 {
            ignore("channelProfile", LegacyReason.profile)
        }
    }

    private mutating func media() {
        switch (values.isOn("isAudioOnly"), values.isOn("isVideoOnly")) {
        case (true, true): refuse("--isAudioOnly 1 and --isVideoOnly 1 exclude each other; keep one of them")
        case (true, false): take("media", "audio")
        case (false, true): take("media", "video")
        case (false, false): break
        }
        if let type = choice("streamType", [0, 1], "0 for the high stream or 1 for the low one") {
            take("stream-type", "\(type)")
        }
    }

    // MARK: - Whom

    private var subscribesAll: Bool { values.number("autoSubscribe") != 0 }

    /// The users of one medium; list and expression add up, as the demo of 4.x means them to.
    private mutating func users(of medium: String, option: String) {
        let (listName, expressionName) = ("subscribe\(medium)Uids", "subscribe\(medium)Regula")
        guard !subscribesAll else {
            for name in [listName, expressionName] where values.isGiven(name) {
                ignore(name, "with --autoSubscribe 1 everybody is recorded; add --autoSubscribe 0")
            }
            return
        }
        let users = values.text(listName).split(separator: ",").map { $0.filter { !$0.isWhitespace } }
            .filter { !$0.isEmpty }
        if users.count > UserSelection.longestList {
            refuse(
                "--\(listName) names up to \(UserSelection.longestList) users, not \(users.count); use --\(expressionName)"
            )
        }
        let expression = values.text(expressionName)
        if !expression.isEmpty, (try? Regex(expression)) == nil {
            refuse("--\(expressionName) is no regular expression: '\(expression)'")
        }
        if !users.isEmpty || expression.isEmpty { take("subscribe-\(option)", users.joined(separator: ",")) }
        if !expression.isEmpty { take("match-\(option)", expression) }
    }

    private mutating func selection() {
        guard !subscribesAll else { return }
        let names = ["subscribeVideoUids", "subscribeAudioUids", "subscribeVideoRegula", "subscribeAudioRegula"]
        guard !names.contains(where: { values.isGiven($0) }) else { return }
        order.notes.append(
            "--autoSubscribe 0 records nobody, for neither --subscribeVideoUids nor --subscribeAudioUids names anyone")
    }

    // MARK: - How long, and where to

    private mutating func life() {
        if let seconds = values.number("idle") { takeIdle(seconds) }
        if choice("triggerMode", [0, 1], "0 for automatic or 1 for manual") == 1 { take("trigger", "manual") }
    }

    private mutating func takeIdle(_ seconds: Int) {
        guard seconds >= 3 else { return refuse("--idle is at least 3 seconds, not \(seconds)") }
        let longest = 86_400
        if seconds > longest {
            order.notes.append("--idle \(seconds) becomes \(longest): a recording waits no longer than a day")
        }
        take("idle", "\(min(seconds, longest))")
    }

    private mutating func files() {
        if values.isGiven("recordFileRootDir") { take("record-root", values.text("recordFileRootDir")) }
        if values.isGiven("Recording_Dir") { take("directory", values.text("Recording_Dir")) }
    }

    private mutating func ports() {
        let (low, high) = (values.number("lowUdpPort") ?? 0, values.number("highUdpPort") ?? 0)
        guard low != 0 || high != 0 else { return }
        guard low != 0, high != 0 else {
            return refuse("--lowUdpPort and --highUdpPort belong together; give both, or neither for any ports")
        }
        guard low <= high, high <= Int(UInt16.max) else {
            return refuse(
                "--lowUdpPort \(low) and --highUdpPort \(high) are no range of ports, such as 40000 and 41000")
        }
        // The smallest that any version of the product took.
        guard high - low >= 4 else {
            return refuse(
                "--highUdpPort \(high) is less than 4 above --lowUdpPort \(low); give a larger range, such as 40000 to 41000"
            )
        }
        take("udp-ports", "\(low)-\(high)")
    }

    // MARK: - What does not exist

    private mutating func composite() {
        accounts()
        let isMixed = values.isOn("isMixingEnabled")
        if isMixed {
            refuse("--isMixingEnabled 1: \(LegacyReason.composite)")
            checkComposite()
        }
        for name in LegacyReason.compositeFlags where values.isGiven(name) && !isMixed {
            // 0 and -1 are what is meant where nothing is said.
            if values.number(name) ?? 1 > 0 { ignore(name, LegacyReason.compositeOnly) }
        }
        containers(isMixed)
    }

    /// Says what else the product would refuse about a composite, so that nobody learns it one by one.
    private mutating func checkComposite() {
        if !values.isOn("isAudioOnly"), let fault = MixResolution.fault(of: values.text("mixResolution")) {
            refuse(fault)
        }
        for name in ["isAudioOnly", "isVideoOnly"] where values.isOn(name) && values.number("mixedVideoAudio") == 2 {
            refuse("--mixedVideoAudio 2 and --\(name) 1 exclude each other; keep one of them")
        }
    }

    private mutating func containers(_ isMixed: Bool) {
        let words = "0, 1 or 2 for a composite's files, or 4 to 7 for transport streams"
        guard let type = choice("mixedVideoAudio", [0, 1, 2, 4, 5, 6, 7], words), !isMixed else { return }
        switch type {
        // Who is in a file is for isMixingEnabled to say: what is left of 6 and 7 is the kind of file.
        case 4, 6: take("container", "ts")
        case 5, 7: ignore("mixedVideoAudio", LegacyReason.safeFiles)
        case 1, 2: ignore("mixedVideoAudio", LegacyReason.compositeOnly)
        default: break
        }
    }

    /// The recorder and the large user are both known by number, or both by name.
    private mutating func accounts() {
        let hasAccount = values.isGiven("userAccount")
        if hasAccount, values.number("layoutMode") == 2, !values.isGiven("maxResolutionUserAccount") {
            refuse("--userAccount with --layoutMode 2 wants --maxResolutionUserAccount, and not --maxResolutionUid")
        }
        if !hasAccount, values.isGiven("maxResolutionUserAccount") {
            refuse("--maxResolutionUserAccount needs --userAccount; without that, give --maxResolutionUid")
        }
    }

    private mutating func raw() {
        if let kind = choice("getAudioFrame", Array(0...3), "a number from 0 to 3"), kind != 0 {
            refuse("--getAudioFrame \(kind): \(LegacyReason.rawSound)")
        }
        guard let kind = choice("getVideoFrame", Array(0...5), "a number from 0 to 5") else { return }
        switch kind {
        case 1, 2, 3: refuse("--getVideoFrame \(kind): \(LegacyReason.rawPictures)")
        case 4, 5: refuse("--getVideoFrame \(kind): \(LegacyReason.screenshots)")
        default: break
        }
    }

    private mutating func encryption() {
        switch (values.isGiven("decryptionMode"), values.isGiven("secret")) {
        case (true, _): refuse("--decryptionMode: \(LegacyReason.encryption)")
        case (false, true): refuse("--secret: \(LegacyReason.encryption)")
        case (false, false): if values.isGiven("salt") { ignore("salt", LegacyReason.salt) }
        }
    }

    private mutating func rest() {
        if values.isGiven("appliteDir") { ignore("appliteDir", LegacyReason.secondProgram) }
        if values.isGiven("captureInterval"), (values.number("getVideoFrame") ?? 0) < 3 {
            ignore("captureInterval", LegacyReason.noScreenshots)
        }
        if values.isOn("enableCloudProxy") { ignore("enableCloudProxy", LegacyReason.proxy) }
        for name in ["proxyType", "proxyServer"] where values.isGiven(name) { ignore(name, LegacyReason.proxy) }
        if values.number("audioIndicationInterval") ?? 0 > 0 {
            ignore("audioIndicationInterval", LegacyReason.speakers)
        }
        if let level = values.number("logLevel") { take("log-level", "\(min(max(level, 1), 6))") }
        if values.number("enableIntraRequest") == 0 { ignore("enableIntraRequest", LegacyReason.keyframes) }
        if values.number("enableH265Support") == 0 { ignore("enableH265Support", LegacyReason.h265) }
    }
}
