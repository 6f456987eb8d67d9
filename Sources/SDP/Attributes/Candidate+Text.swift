import Units

extension Candidate: CustomStringConvertible {
    /// The text behind `a=candidate:`.
    public var description: String {
        var words = [
            foundation, "\(component)", transport.name, "\(priority)", "\(address)", "\(port)", "typ", kind.rawValue,
        ]
        if let related { words += ["raddr", "\(related.address)", "rport", "\(related.port)"] }
        if case .tcp(let type?) = transport { words += ["tcptype", type.rawValue] }
        if let ufrag { words += ["ufrag", ufrag] }
        return words.joined(separator: " ")
    }

    /// What became of reading a candidate.
    enum Reading {
        case candidate(Candidate)
        /// Well formed, but over a transport that we have never heard of: to be ignored (RFC 8839 §5.1).
        case unknownTransport
        /// What is wrong with it.
        case malformed(String)
    }

    // foundation component transport priority address port "typ" kind *(name value)
    static func read(_ text: Substring) -> Reading {
        let words = text.split(separator: " ")
        guard words.count >= 8, words[6] == "typ" else { return .malformed("it has too few words, or no “typ”") }
        guard words[0].utf8.count <= 32, Words.isCredential(words[0]) else {
            return .malformed("the foundation is not 1 to 32 letters and digits")
        }
        guard let component: UInt16 = Words.number(words[1]), component > 0 else {
            return .malformed("the component is not a positive number")
        }
        guard let priority: UInt32 = Words.number(words[3]) else {
            return .malformed("the priority is not a number below 2³²")
        }
        guard let address = Address(words[4]) else { return .malformed("the address is neither an address nor a name") }
        guard let port: UInt16 = Words.number(words[5]) else { return .malformed("the port is not 0 to 65535") }
        guard let kind = Kind(rawValue: String(words[7])) else { return .malformed("the type is unknown") }
        let extensions = extensions(words.dropFirst(8))
        guard let transport = Transport(words[2], type: extensions["tcptype"]) else { return .unknownTransport }
        return .candidate(
            Candidate(
                foundation: String(words[0]), component: component, transport: transport, priority: priority,
                address: address, port: port, kind: kind, related: Related(extensions),
                ufrag: extensions["ufrag"].map(String.init)))
    }

    private static func extensions(_ words: ArraySlice<Substring>) -> [Substring: Substring] {
        var extensions: [Substring: Substring] = [:]
        var rest = words
        while let name = rest.popFirst(), let value = rest.popFirst() { extensions[name] = value }
        return extensions
    }
}

extension Candidate.Address: CustomStringConvertible {
    public var description: String {
        switch self {
        case .ip(let address): "\(address)"
        case .name(let name): name
        }
    }

    /// Reads an address or a host name.
    init?(_ text: Substring) {
        if let address = IPAddress(String(text)) {
            self = .ip(address)
            return
        }
        let isName = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
            default: false
            }
        }
        // A DNS name has at most 255 bytes (RFC 1035 §2.3.4).
        guard isName, (1...255).contains(text.utf8.count) else { return nil }
        self = .name(String(text))
    }
}

extension Candidate.Related {
    /// Reads `raddr` and `rport`; nothing unless both are there and well formed.
    fileprivate init?(_ extensions: [Substring: Substring]) {
        guard let text = extensions["raddr"], let address = Candidate.Address(text) else { return nil }
        guard let digits = extensions["rport"], let port: UInt16 = Words.number(digits) else { return nil }
        self.init(address: address, port: port)
    }
}

extension Candidate.Transport {
    fileprivate var name: String {
        switch self {
        case .udp: "udp"
        case .tcp: "tcp"
        }
    }

    /// Reads `udp` or `tcp`; Firefox writes capitals.
    fileprivate init?(_ text: Substring, type: Substring?) {
        switch text.lowercased() {
        case "udp": self = .udp
        case "tcp": self = .tcp(type.flatMap { Candidate.TCPType(rawValue: String($0)) })
        default: return nil
        }
    }
}
