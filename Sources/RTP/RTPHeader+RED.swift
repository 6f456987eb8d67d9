import Units

extension RTPHeader {
    /// The header of the packet that a RED block of this packet's payload is a copy of.
    ///
    /// Nothing is moved: the payload's range just narrows to the block. See `REDBlock.distance` for what the sequence
    /// number of an earlier one is worth. Only the packet's own block keeps the marker, since nobody repeats it.
    public func unwrapping(_ block: REDBlock) -> RTPHeader {
        var original = self
        original.payloadType = block.payloadType
        original.sequenceNumber = sequenceNumber &- UInt16(truncatingIfNeeded: block.distance)
        original.timestamp = RTPTimestamp(timestamp.rawValue &- block.timestampOffset)
        original.marker = marker && block.isPrimary
        original.payload =
            payload.lowerBound + block.payload.lowerBound..<payload.lowerBound + block.payload.upperBound
        return original
    }
}
