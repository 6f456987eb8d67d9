import RTP
import Units

/// Tells which media section, and which of its encodings, a stream belongs to (RFC 9143 §9.2, RFC 8852 §4).
struct StreamTable: Sendable {
    struct Binding: Equatable, Sendable {
        var ssrc: SSRC
        /// Whose packets these are: the number of a section's encoding, as `Slots` counts.
        var slot: Int
        var isRepair: Bool
    }

    /// How a packet's stream is known.
    enum Finding: Equatable, Sendable {
        case known(Binding)
        /// Its first packet says by an extension whose stream it is.
        case named(Binding)
        /// It can be no other's, though its first packet does not say so.
        case guessed(Binding)
    }

    /// How many streams are remembered: two for each section, and as many again for each new beginning.
    ///
    /// At the limit the oldest is forgotten; if it still sends, its next packet binds it anew.
    static let limit = 64

    private var media: [MediaPlan] = []
    private var slots = Slots([])
    private var bindings: [Binding] = []
    /// Where the last packet's binding was: the next one's is often the same.
    private var last = 0

    init() {}

    init(_ media: [MediaPlan]) {
        self.media = media
        slots = Slots(media)
        for (index, plan) in media.enumerated() {
            let first = slots.slots(of: index).lowerBound
            if plan.isSimulcast {
                for (encoding, one) in plan.encodings.enumerated() {
                    if let ssrc = one.ssrc { bind(ssrc, to: first + encoding) }
                    if let ssrc = one.retransmissionSSRC { bind(ssrc, to: first + encoding, isRepair: true) }
                }
            } else {
                for ssrc in plan.ssrcs { bind(ssrc, to: first) }
                for ssrc in plan.retransmissionSSRCs { bind(ssrc, to: first, isRepair: true) }
            }
        }
    }

    /// Whose stream a packet is of: by its SSRC; failing that by the names it carries, or by its payload type.
    mutating func find(_ header: RTPHeader, in datagram: Span<UInt8>) -> Finding? {
        if last < bindings.count, bindings[last].ssrc == header.ssrc { return .known(bindings[last]) }
        if let index = bindings.firstIndex(where: { $0.ssrc == header.ssrc }) {
            last = index
            return .known(bindings[index])
        }
        let named = media.firstIndex { header.carries($0.mid, in: $0.extensions.mid, of: datagram) }
        guard let section = named ?? onlySection(for: header.payloadType) else { return nil }
        let isRepair: Bool
        switch media[section].role(of: header.payloadType) {
        case .unknown: return nil
        case .media, .redundancy: isRepair = false
        case .retransmission: isRepair = true
        }
        guard let encoding = encoding(of: header, in: datagram, section, isRepair) else { return nil }
        let slot = slots.slots(of: section).lowerBound + encoding
        let binding = bind(header.ssrc, to: slot, isRepair: isRepair)
        return named == nil && !media[section].isSimulcast ? .guessed(binding) : .named(binding)
    }

    /// Whose stream a control packet is about.
    func binding(of ssrc: SSRC) -> Binding? { bindings.first { $0.ssrc == ssrc } }

    @discardableResult
    private mutating func bind(_ ssrc: SSRC, to slot: Int, isRepair: Bool = false) -> Binding {
        let binding = Binding(ssrc: ssrc, slot: slot, isRepair: isRepair)
        if bindings.count >= Self.limit { bindings.removeFirst() }
        bindings.append(binding)
        last = bindings.count - 1
        return binding
    }

    /// The one section that knows a payload type; a payload type that two sections share decides nothing.
    private func onlySection(for payloadType: PayloadType) -> Int? {
        let knows = { (plan: MediaPlan) in plan.role(of: payloadType) != .unknown }
        guard let index = media.firstIndex(where: knows), media.lastIndex(where: knows) == index else { return nil }
        return index
    }

    /// Which encoding of its section a packet names; a retransmission names the one that it repairs.
    private func encoding(
        of header: RTPHeader, in datagram: Span<UInt8>, _ section: Int, _ isRepair: Bool
    ) -> Int? {
        guard media[section].isSimulcast else { return 0 }
        let extensions = media[section].extensions
        let id = isRepair ? extensions.repairedRID : extensions.rid
        return media[section].encodings.firstIndex { header.carries($0.rid, in: id, of: datagram) }
    }
}

extension RTPHeader {
    /// Whether the extension of this number holds just this name.
    fileprivate func carries(_ name: [UInt8], in id: UInt8?, of datagram: Span<UInt8>) -> Bool {
        guard let id, let range = extensionElement(id: id, in: datagram) else { return false }
        guard range.count == name.count, !range.isEmpty else { return false }
        return range.indices.allSatisfy { datagram[$0] == name[$0 - range.lowerBound] }
    }
}
