/// Tells records that no peer could have sealed, which RFC 6347 §4.1.2.7 wants dropped without a word.
///
/// OpenSSL drops what does not open, but takes a sealed record that is too short even for its own nonce and tag for an
/// internal error (3.0.19, `tls1_enc`), and gives the connection up: one forged datagram would end a call.
enum RecordCheck {
    /// What precedes the content of each record: type, version, epoch, sequence number, length (RFC 6347 §4.1).
    private static let headerByteCount = 13

    /// Whether all records of a datagram that are sealed can hold what sealing adds; those of epoch 0 are not sealed.
    ///
    /// What is no record, or is cut off, OpenSSL drops by itself.
    static func isPlausible(_ datagram: ArraySlice<UInt8>, sealByteCount: Int) -> Bool {
        var rest = datagram
        while rest.count >= headerByteCount {
            let start = rest.startIndex
            let isSealed = rest[start + 3] != 0 || rest[start + 4] != 0
            let byteCount = Int(rest[start + 11]) << 8 + Int(rest[start + 12])
            guard !isSealed || byteCount >= sealByteCount else { return false }
            rest = rest.dropFirst(headerByteCount + byteCount)
        }
        return true
    }
}
