import Codecs

/// The NAL unit whose fragments are coming in, behind the length that is not known before its end.
///
/// H.264 and H.265 cut and join them alike (RFC 6184 §5.8, RFC 7798 §4.4.3).
struct FragmentedUnit: Sendable {
    /// Where the unit's length stands in the frame; nothing between units.
    private var start: Int?

    /// Gives up the unit in hand, if there is one, and the frame with it: it lacks its end.
    mutating func abandon(in assembly: inout FrameAssembly) {
        if start != nil { assembly.markIncomplete() }
        start = nil
    }

    /// Begins a unit; its header and fragments follow.
    mutating func begin(in assembly: inout FrameAssembly) {
        abandon(in: &assembly)
        start = assembly.bytes.count
        assembly.append(UInt32(0))
    }

    /// Adds a fragment; one without a beginning gives the frame up.
    mutating func append(_ payload: Span<UInt8>, in range: Range<Int>, to assembly: inout FrameAssembly) {
        guard start != nil else { return assembly.markIncomplete() }
        assembly.append(payload, in: range)
    }

    /// Ends the unit, and says where in the frame it lies without its length; nothing if the frame is given up.
    mutating func end(in assembly: inout FrameAssembly) -> Range<Int>? {
        defer { start = nil }
        guard let start, !assembly.isBroken else { return nil }
        let unit = start + H264.lengthByteCount..<assembly.bytes.count
        assembly.overwrite(UInt32(unit.count), at: start)
        return unit
    }
}
