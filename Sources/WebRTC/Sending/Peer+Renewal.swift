import Units

extension Peer where Channel: ~Copyable {
    /// Goes on with what a client sends in a section as new streams: their SSRCs, sequence numbers and timestamps begin
    /// anew, without a word in any session description.
    ///
    /// Receivers tell by the header extensions which section and encoding a new stream belongs to (RFC 9143 §9.2). What
    /// the old one had sent is not sent again.
    public mutating func renewStream(mediaIndex: Int) {
        precondition(role == .client && media.indices.contains(mediaIndex), "only a client sends, in its own sections")
        for slot in slots.slots(of: mediaIndex) {
            let old = senders[slot]
            counts.tracks.append(old.statistics)
            // As random as the stream before it, and another one.
            var generator = SeededGenerator(seed: UInt64(old.ssrc.rawValue) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(slot))
            senders[slot] = TrackSender(
                media[mediaIndex], mediaIndex: mediaIndex, encoding: slots.encoding(of: slot), asAnnounced: false,
                using: &generator)
        }
    }
}
