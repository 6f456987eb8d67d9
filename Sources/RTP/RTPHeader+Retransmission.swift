public import Units

extension RTPHeader {
    /// The header that the packet had before it was wrapped for retransmission (RFC 4588 §4).
    ///
    /// The original sequence number stands in the first two bytes of the payload; nothing is moved, the
    /// payload's range just begins behind them. Returns nothing for a payload too short to hold it: those
    /// are padding, sent on the retransmission stream to probe for bandwidth.
    public func unwrappingRetransmission(
        payloadType: PayloadType, ssrc: SSRC, in datagram: Span<UInt8>
    ) -> RTPHeader? {
        guard payload.count >= 2, payload.upperBound <= datagram.count else { return nil }
        var original = self
        original.sequenceNumber = datagram.uint16(at: payload.lowerBound)
        original.payload = payload.lowerBound + 2..<payload.upperBound
        original.payloadType = payloadType
        original.ssrc = ssrc
        return original
    }
}
