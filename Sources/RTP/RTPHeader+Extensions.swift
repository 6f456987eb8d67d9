extension RTPHeader {
    /// Where the value of the extension element `id` lies in the datagram that was parsed.
    ///
    /// Understands one-byte and two-byte headers (RFC 8285 §4.2, §4.3). An element that runs past the
    /// end of the block counts as absent, and so does everything behind it.
    public func extensionElement(id: UInt8, in datagram: Span<UInt8>) -> Range<Int>? {
        guard extensionBlock.upperBound <= datagram.count else { return nil }
        switch extensionProfile {
        case 0xBEDE: return oneByteElement(id: id, in: datagram)
        case 0x1000...0x100F: return twoByteElement(id: id, in: datagram)
        default: return nil
        }
    }

    // |  ID   | L - 1 |  L bytes …
    private func oneByteElement(id: UInt8, in datagram: Span<UInt8>) -> Range<Int>? {
        var position = extensionBlock.lowerBound
        while position < extensionBlock.upperBound {
            let header = datagram[position]
            position += 1
            // A zero byte is padding whatever its length nibble says; ID 15 ends the list (§4.2).
            if header >> 4 == 0 { continue }
            if header >> 4 == 15 { return nil }
            let end = position + Int(header & 0x0F) + 1
            guard end <= extensionBlock.upperBound else { return nil }
            if header >> 4 == id { return position..<end }
            position = end
        }
        return nil
    }

    // |      ID       |       L       |  L bytes …
    private func twoByteElement(id: UInt8, in datagram: Span<UInt8>) -> Range<Int>? {
        var position = extensionBlock.lowerBound
        while position < extensionBlock.upperBound {
            let elementID = datagram[position]
            position += 1
            if elementID == 0 { continue }
            guard position < extensionBlock.upperBound else { return nil }
            let end = position + 1 + Int(datagram[position])
            guard end <= extensionBlock.upperBound else { return nil }
            if elementID == id { return position + 1..<end }
            position = end
        }
        return nil
    }
}
