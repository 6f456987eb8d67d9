import Secure

extension Attribute {
    /// Reads one `a=` line.
    ///
    /// An attribute that we know but that is malformed refuses the whole text: a guess would
    /// surface later as a call without sound. What we do not know is kept as it is.
    init(parsing line: SDPLine) throws(SDPError) {
        let (name, value) = Words.halves(line.value, at: ":")
        guard !name.isEmpty else { throw line.error("it has no name", remedy: "write a=<name> or a=<name>:<value>") }
        if let flag = Self.flag(name) {
            self = flag
        } else if let value, let attribute = try Self.valued(name, value, line) {
            self = attribute
        } else {
            self = .other(name: String(name), value: value.map(String.init))
        }
    }

    private static func flag(_ name: Substring) -> Attribute? {
        switch name {
        case "bundle-only": .bundleOnly
        case "end-of-candidates": .endOfCandidates
        case "extmap-allow-mixed": .extensionMapAllowMixed
        case "ice-lite": .iceLite
        case "rtcp-mux": .rtcpMux
        case "rtcp-rsize": .rtcpReducedSize
        default: MediaDirection(rawValue: String(name)).map { .direction($0) }
        }
    }

    private static func valued(
        _ name: Substring, _ value: Substring, _ line: SDPLine
    ) throws(SDPError) -> Attribute? {
        switch name {
        case "candidate": try candidate(value, line)
        case "fingerprint": try fingerprint(value, line)
        case "ice-pwd": .icePassword(try credential(value, 22...256, line))
        case "ice-ufrag": .iceUfrag(try credential(value, 4...256, line))
        case "mid": .mid(try mid(value, line))
        case "setup": .setup(try setup(value, line))
        case "extmap": .extensionMap(try read(ExtensionMap(value), line, "a=extmap:<1 to 65535> <URI>"))
        case "group": .group(try read(MediaGroup(value), line, "a=group:BUNDLE <mid> <mid>"))
        case "msid": .mediaStream(try read(MediaStream(value), line, "a=msid:<stream> <track>"))
        case "rtcp-fb": .feedback(try read(RTCPFeedback(value), line, "a=rtcp-fb:<0 to 127, or *> <kind>"))
        case "rtpmap":
            .rtpMap(try read(RTPMap(value), line, "a=rtpmap:<0 to 127> <encoding>/<clock rate>[/<channels>]"))
        case "ssrc": .source(try read(StreamSource(value), line, "a=ssrc:<number below 2³²> <name>:<value>"))
        case "ssrc-group": .sourceGroup(try read(StreamGroup(value), line, "a=ssrc-group:FID <ssrc> <ssrc>"))
        case "fmtp": FormatParameters(value).map { .formatParameters($0) }
        case "ice-options": .iceOptions(value.split(separator: " ").map(String.init))
        case "rid": RestrictionIdentifier(value).map { .restriction($0) }
        case "simulcast": Simulcast(value).map { .simulcast($0) }
        default: nil
        }
    }

    private static func read<T>(_ value: T?, _ line: SDPLine, _ shape: String) throws(SDPError) -> T {
        guard let value else { throw line.error("it is malformed", remedy: "write \(shape)") }
        return value
    }

    /// A candidate over an unknown transport stays an attribute that nobody looks at (RFC 8839 §5.1).
    private static func candidate(_ value: Substring, _ line: SDPLine) throws(SDPError) -> Attribute? {
        switch Candidate.read(value) {
        case .candidate(let candidate): return .candidate(candidate)
        case .unknownTransport: return nil
        case .malformed(let problem):
            throw line.error(
                problem, remedy: "write a=candidate:<foundation> <component> udp <priority> <address> <port> typ <type>"
            )
        }
    }

    /// A hash that we do not know, SHA-1 say, is passed over: senders may list several (RFC 8122 §5).
    private static func fingerprint(_ value: Substring, _ line: SDPLine) throws(SDPError) -> Attribute? {
        let algorithm = value.prefix { $0 != " " }
        guard Fingerprint.Algorithm(rawValue: algorithm.lowercased()) != nil else { return nil }
        return .fingerprint(
            try read(
                Fingerprint(String(value)), line, "a=fingerprint:sha-256 <32 bytes in hexadecimal, colons between>"))
    }

    private static func credential(
        _ value: Substring, _ counts: ClosedRange<Int>, _ line: SDPLine
    ) throws(SDPError) -> String {
        guard counts.contains(value.utf8.count), Words.isCredential(value) else {
            throw line.error(
                "it is not \(counts.lowerBound) to \(counts.upperBound) letters, digits, “+” or “/”",
                remedy: "make it anew as RFC 8839 §5.4 says")
        }
        return String(value)
    }

    private static func mid(_ value: Substring, _ line: SDPLine) throws(SDPError) -> String {
        guard Words.isToken(value) else {
            throw line.error("it is not a token", remedy: "use letters and digits, a=mid:0 for instance")
        }
        return String(value)
    }

    private static func setup(_ value: Substring, _ line: SDPLine) throws(SDPError) -> SetupRole {
        guard let role = SetupRole(rawValue: String(value)) else {
            throw line.error("the role is unknown", remedy: "offer a=setup:actpass")
        }
        return role
    }
}
