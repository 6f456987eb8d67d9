/// Gives pictures that come in decode order, but are shown in another, decode times of their own.
///
/// RTP stamps say when a picture is shown (RFC 6184 §5.1), and a picture may be shown before others that came before
/// it. Files want decode times that grow strictly, and how much later than that each picture is shown (ISO/IEC
/// 14496-12 §8.6.1). If `depth` pictures at most are overtaken by a later one, then as many are decoded before the
/// first is shown; so the decode time of each is when the one `depth` places before it, in the order of showing, is
/// shown. That much is known when a picture comes, and none is held back. In a stream that keeps its order both times
/// are the same. All times are ticks of the file's clock.
struct DecodeOrder: Sendable {
    /// No codec lets more pictures be overtaken (ITU-T H.264 §A.3.1, H.265 §A.4.2).
    static let deepest = 16

    /// Where a picture goes.
    struct Place: Equatable, Sendable {
        var decodeTicks: Int64
        /// Negative only until it is known how far the stream is out of order.
        var compositionOffsetTicks: Int32
    }

    /// How many pictures may be shown later than one that comes after them.
    private(set) var depth = 0

    /// The greatest stamp since the last keyframe: a smaller one is out of display order.
    private var highestStamp: Int64?
    /// When the pictures shown last are shown, in the order of showing.
    private var latest: [Int64] = []
    private var lastDecode: Int64 = .min / 2

    /// The stream says how many pictures it lets be overtaken.
    ///
    /// If it says too little, the order is learned from the pictures; it never gets less.
    mutating func announce(depth: Int) { self.depth = min(max(self.depth, depth), Self.deepest) }

    /// Places the next picture, which carries `stamp` and is to be shown at `ticks`.
    ///
    /// Only the stamp says what is out of order: times of pictures in order are corrected now and then, and must not
    /// run backwards.
    mutating func place(stamp: Int64, ticks: Int64, isKeyframe: Bool) -> Place {
        // What follows a keyframe may be shown before it, but never before what came ahead of it.
        if isKeyframe { highestStamp = nil }
        let isLate = highestStamp.map { stamp < $0 } ?? false
        highestStamp = max(highestStamp ?? stamp, stamp)
        let shown = isLate ? ticks : max(ticks, (latest.last ?? ticks - 1) + 1)
        let behind = insert(shown)
        if isLate { announce(depth: behind) }
        let decode = max(lastDecode + 1, latest[max(0, latest.count - 1 - depth)])
        lastDecode = decode
        return Place(decodeTicks: decode, compositionOffsetTicks: Int32(clamping: shown - decode))
    }

    /// Puts a time where it belongs, and says how many are behind it.
    private mutating func insert(_ ticks: Int64) -> Int {
        var place = latest.count
        while place > 0, latest[place - 1] > ticks { place -= 1 }
        let behind = latest.count - place
        latest.insert(ticks, at: place)
        if latest.count > Self.deepest + 1 { latest.removeFirst() }
        return behind
    }
}
