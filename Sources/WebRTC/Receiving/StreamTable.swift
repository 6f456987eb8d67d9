import RTP
import Units

/// Tells which media section a stream belongs to (RFC 9143 §9.2).
struct StreamTable: Sendable {
    struct Binding: Equatable, Sendable {
        var ssrc: SSRC
        var mediaIndex: Int
        var isRepair: Bool
    }

    /// How many streams are remembered: two for each section, and as many again for each new beginning.
    ///
    /// At the limit the oldest is forgotten; if it still sends, its next packet binds it anew.
    static let limit = 64

    private var media: [MediaPlan] = []
    private var bindings: [Binding] = []
    /// Where the last packet's binding was: the next one's is often the same.
    private var last = 0

    init() {}

    init(_ media: [MediaPlan]) {
        self.media = media
        for (index, plan) in media.enumerated() {
            for ssrc in plan.ssrcs { bind(Binding(ssrc: ssrc, mediaIndex: index, isRepair: false)) }
            for ssrc in plan.retransmissionSSRCs { bind(Binding(ssrc: ssrc, mediaIndex: index, isRepair: true)) }
        }
    }

    /// The binding of a packet's stream, by its SSRC; failing that by the mid it carries, or by its payload type.
    mutating func binding(of header: RTPHeader, in datagram: Span<UInt8>) -> Binding? {
        if last < bindings.count, bindings[last].ssrc == header.ssrc { return bindings[last] }
        if let index = bindings.firstIndex(where: { $0.ssrc == header.ssrc }) {
            last = index
            return bindings[index]
        }
        guard let index = mediaIndex(of: header, in: datagram) else { return nil }
        let isRepair = media[index].retransmissionPayloadType == header.payloadType
        guard isRepair || media[index].payloadType == header.payloadType else { return nil }
        let binding = Binding(ssrc: header.ssrc, mediaIndex: index, isRepair: isRepair)
        bind(binding)
        return binding
    }

    /// Which section a control packet about a stream is for.
    func binding(of ssrc: SSRC) -> Binding? { bindings.first { $0.ssrc == ssrc } }

    private mutating func bind(_ binding: Binding) {
        if bindings.count >= Self.limit { bindings.removeFirst() }
        bindings.append(binding)
        last = bindings.count - 1
    }

    private func mediaIndex(of header: RTPHeader, in datagram: Span<UInt8>) -> Int? {
        if let index = media.firstIndex(where: { Self.carriesMid(of: $0, header, in: datagram) }) { return index }
        let isOurs = { (plan: MediaPlan) in
            plan.payloadType == header.payloadType || plan.retransmissionPayloadType == header.payloadType
        }
        // A payload type that two sections share decides nothing.
        guard let index = media.firstIndex(where: isOurs), media.lastIndex(where: isOurs) == index else { return nil }
        return index
    }

    private static func carriesMid(of plan: MediaPlan, _ header: RTPHeader, in datagram: Span<UInt8>) -> Bool {
        guard let id = plan.midExtension, let range = header.extensionElement(id: id, in: datagram) else {
            return false
        }
        guard range.count == plan.mid.count, !range.isEmpty else { return false }
        return range.indices.allSatisfy { datagram[$0] == plan.mid[$0 - range.lowerBound] }
    }
}
