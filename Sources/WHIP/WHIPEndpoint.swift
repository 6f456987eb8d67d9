public import SDP

/// The place that offers are posted to (RFC 9725 §4.2).
public enum WHIPEndpoint {
    /// The media type of offers and answers; the value of `Accept-Post` too.
    public static let mediaType = "application/sdp"

    /// Reads an offer from a `POST`.
    public static func offer(contentType: String?, body: [UInt8]) throws(WHIPProblem) -> SessionDescription {
        try check(contentType, is: mediaType)
        try checkSize(body)
        do throws(SDPError) { return try SessionDescription(parsing: body) } catch { throw .malformed(error) }
    }

    /// Reads an offer from a `POST` and answers it: the body of the 201, and what was agreed on.
    public static func answer(
        contentType: String?, body: [UInt8], capabilities: MediaCapabilities = .recorder, local: LocalParameters
    ) throws(WHIPProblem) -> (answer: SessionDescription, negotiation: Negotiation) {
        let offer = try offer(contentType: contentType, body: body)
        do throws(NegotiationError) {
            return try Negotiation.answer(to: offer, capabilities: capabilities, local: local)
        } catch {
            throw .unacceptable(error)
        }
    }

    /// Refuses any other type; parameters and case do not count (RFC 9110 §8.3.1).
    static func check(_ contentType: String?, is wanted: String) throws(WHIPProblem) {
        let essence = contentType?.prefix { $0 != ";" }.trimmingBlanks.lowercased()
        guard essence == wanted else { throw .unsupportedMediaType(given: contentType, wanted: wanted) }
    }

    static func checkSize(_ body: [UInt8]) throws(WHIPProblem) {
        guard body.count <= SDPLimits.maximumByteCount else { throw .tooLarge(byteCount: body.count) }
    }
}
