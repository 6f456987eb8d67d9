/// What a session description may ask of us at most; beyond it the description is refused.
public enum SDPLimits {
    /// Bytes of the whole text.
    ///
    /// A browser that offers every codec on three tracks with all its candidates stays under 20 KiB.
    public static let maximumByteCount = 65_536

    /// Media sections: more tracks than anyone sends, and few enough to answer quickly.
    public static let maximumMediaCount = 32

    /// Formats of one media section: there are only 128 payload types (RFC 3551 §6).
    public static let maximumFormatCount = 128

    /// Encodings of one picture that are sent side by side: browsers send three.
    public static let maximumEncodingCount = 4

    /// Candidates of the whole text: a machine with ten networks sends forty.
    public static let maximumCandidateCount = 128

    /// Bytes of one line: `a=ssrc` and `a=fingerprint` with SHA-512 stay under 300.
    public static let maximumLineByteCount = 2_048
}
