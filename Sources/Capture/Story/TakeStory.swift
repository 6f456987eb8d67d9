public import Codecs
public import Units

/// What happened to a take, gathered while it grows: the proof of what its file is.
///
/// The take itself notes its pictures; whoever owns it notes what it hears of the way there. Its memory is bounded,
/// however long the take. All times are the channel's; `proof` counts them from the file's beginning.
public struct TakeStory: Sendable {
    /// What became of a picture.
    public enum Fate: Sendable {
        case whole, repaired, broken, dropped
    }

    /// Why a picture stood still.
    public enum FreezeCause: String, Codable, Sendable {
        /// The user was not in the channel.
        case away
        /// The sender sent no pictures.
        case mute
        /// Pictures were lost.
        case loss
        /// Pictures came, but this far apart.
        case sender
    }

    /// A picture that is held longer than this is a freeze.
    public static let longestUsual = Duration.milliseconds(500)
    /// Changes beyond these are counted and not listed.
    static let changeLimit = 200

    /// How the sender's clocks ran, as far as it is known.
    public var clock: TakeProof.Clock?
    /// How much sound was invented in place of what was lost.
    public var concealed = Duration.zero
    /// How much of it was recovered from copies.
    public var recovered = Duration.zero
    /// How much silence was filled in.
    public var silent = Duration.zero
    /// How much sound came and is not in the file: its place was taken, or it could not be encoded.
    public var leftOut = Duration.zero
    /// Packets of sound that could not be decoded.
    public var malformedSoundPacketCount = 0
    /// Pictures that came before the first keyframe.
    public internal(set) var earlyPictureCount = 0

    private var origin: ChannelTime?
    private var end = ChannelTime(nanoseconds: 0)
    private var map = IntervalMap()
    private(set) var pictures = PictureCounts()
    private var packets: (picture: PacketCounts, sound: PacketCounts) = (PacketCounts(), PacketCounts())
    private var sizes: [(at: ChannelTime, size: PictureSize)] = []
    private var rotations: [(at: ChannelTime, rotation: Rotation)] = []
    private var size: PictureSize?
    private var rotation: Rotation?
    private var unlistedChangeCount = 0
    private var freezes = SpanList<FreezeCause>()
    private var mutes: [MediaKind: SpanList<MediaKind>] = [:]
    private var absences = SpanList<FreezeCause>()
    /// When the newest picture in the file is shown.
    private var lastPicture: ChannelTime?
    /// How far pictures usually are apart.
    private var usual = Duration.zero
    /// What may explain that no picture follows the last one.
    private var excuse: FreezeCause = .sender

    public init() {}
}

// MARK: - What the take notes

extension TakeStory {
    /// The file begins at `time`.
    mutating func began(at time: ChannelTime) {
        origin = time
        end = max(end, time)
    }

    /// A picture came that is shown from `time` on.
    mutating func picture(_ fate: Fate, byteCount: Int, at time: ChannelTime) {
        var counts = PictureCounts()
        switch fate {
        case .whole: counts.whole = 1
        case .repaired: counts.repaired = 1
        case .broken: counts.broken = 1
        case .dropped: counts.dropped = 1
        }
        pictures += counts
        map[offset(of: time)].pictures += counts
        guard fate != .dropped else {
            excuse = excuse == .sender ? .loss : excuse
            return
        }
        map[offset(of: time)].pictureByteCount += byteCount
        shown(at: time)
    }

    /// A packet of sound went into the file.
    mutating func sound(byteCount: Int, at time: ChannelTime) {
        map[offset(of: time)].soundByteCount += byteCount
        end = max(end, time)
    }

    /// Pictures have this size from `time` on.
    mutating func resized(_ size: PictureSize, at time: ChannelTime) {
        guard self.size != size else { return }
        self.size = size
        guard sizes.count < Self.changeLimit else { return unlistedChangeCount += 1 }
        sizes.append((time, size))
    }

    /// Pictures are turned this far from `time` on.
    mutating func rotated(_ rotation: Rotation, at time: ChannelTime) {
        guard self.rotation != rotation else { return }
        self.rotation = rotation
        guard rotations.count < Self.changeLimit else { return unlistedChangeCount += 1 }
        rotations.append((time, rotation))
    }

    /// The file ends at `time`, until which its last picture is held.
    mutating func ended(at time: ChannelTime) {
        end = time
        noteFreeze(until: time)
        lastPicture = nil
    }

    private mutating func shown(at time: ChannelTime) {
        // Pictures out of display order fill no gap.
        guard time > lastPicture ?? ChannelTime(nanoseconds: .min) else { return }
        noteFreeze(until: time)
        if let lastPicture {
            // A freeze says little of what is usual, but a sender may have become slow for good.
            let gap = usual == .zero ? time - lastPicture : min(time - lastPicture, usual * 2)
            usual = usual == .zero ? gap : (usual * 7 + gap) / 8
        }
        lastPicture = time
        excuse = .sender
        end = max(end, time)
    }

    /// A picture held until `time` is a freeze if it is long, and longer than that of a slow sender.
    private mutating func noteFreeze(until time: ChannelTime) {
        guard let lastPicture, time - lastPicture > max(Self.longestUsual, usual * 2) else { return }
        guard excuse != .sender || usual > .zero else { return }
        freezes.add(from: lastPicture, to: time, excuse)
    }

    private func offset(of time: ChannelTime) -> Duration { time - (origin ?? time) }
}

// MARK: - What its owner notes

extension TakeStory {
    /// So many packets were given up.
    public mutating func lost(_ count: Int, of kind: MediaKind, at time: ChannelTime) {
        note(PacketCounts(lost: count), of: kind, at: time)
        if kind == .video, excuse == .sender { excuse = .loss }
    }

    /// So many packets more were expected, and so many of those repaired; losses are noted by `lost`.
    public mutating func received(expected: Int, repaired: Int, of kind: MediaKind, at time: ChannelTime) {
        note(PacketCounts(expected: expected, repaired: repaired), of: kind, at: time)
    }

    /// Nothing came of a kind of media from `start` to `end`, although the user was there.
    public mutating func muted(_ kind: MediaKind, from start: ChannelTime, to end: ChannelTime) {
        mutes[kind, default: SpanList()].add(from: max(start, origin ?? start), to: end, kind)
    }

    /// The sender has stopped sending pictures; whatever is held from now on is held for that.
    public mutating func picturesPaused() { if excuse != .away { excuse = .mute } }

    /// The user has left, and may come back.
    public mutating func wentAway() { excuse = .away }

    /// The user was not in the channel from `start` to `end`.
    public mutating func cameBack(awaySince start: ChannelTime, at end: ChannelTime) {
        absences.add(from: max(start, origin ?? start), to: end, .away)
    }

    private mutating func note(_ counts: PacketCounts, of kind: MediaKind, at time: ChannelTime) {
        switch kind {
        case .video:
            packets.picture += counts
            map[offset(of: time)].picturePackets += counts
        case .audio:
            packets.sound += counts
            map[offset(of: time)].soundPackets += counts
        }
    }
}

// MARK: - The proof

extension TakeStory {
    /// The story in one document, as it stands.
    public var proof: TakeProof {
        var proof = TakeProof()
        proof.pictures = pictures
        proof.earlyPictureCount = earlyPictureCount
        proof.picturePackets = packets.picture
        proof.soundPackets = packets.sound
        proof.intervalMilliseconds = map.length.wholeMilliseconds
        for (index, interval) in map.intervals.enumerated() {
            proof.add(interval, at: index, lasting: seconds(of: index))
        }
        proof.sizes = sizes.map {
            .init(atMilliseconds: milliseconds($0.at), width: $0.size.width, height: $0.size.height)
        }
        proof.rotations = rotations.map { .init(atMilliseconds: milliseconds($0.at), degrees: $0.rotation.rawValue) }
        proof.unlistedChangeCount = unlistedChangeCount
        proof.freezes = freezes.spans.map { span($0.start, $0.held, $0.cause.rawValue, $0.count) }
        proof.mutes = [MediaKind.audio, .video].flatMap { mutes[$0]?.spans ?? [] }
            .map { span($0.start, $0.held, $0.cause.rawValue, $0.count) }
        proof.absences = absences.spans.map { span($0.start, $0.held, nil, $0.count) }
        proof.concealedMilliseconds = concealed.wholeMilliseconds
        proof.silentMilliseconds = silent.wholeMilliseconds
        proof.recoveredMilliseconds = recovered.wholeMilliseconds
        if leftOut > .zero { proof.leftOutMilliseconds = leftOut.wholeMilliseconds }
        if malformedSoundPacketCount > 0 { proof.malformedSoundPacketCount = malformedSoundPacketCount }
        proof.clock = clock
        return proof
    }

    private func milliseconds(_ time: ChannelTime) -> Int64 { max(0, offset(of: time).wholeMilliseconds) }

    private func span(_ start: ChannelTime, _ held: Duration, _ cause: String?, _ count: Int) -> TakeProof.Span {
        TakeProof.Span(
            atMilliseconds: milliseconds(start), milliseconds: held.wholeMilliseconds, cause: cause,
            count: count > 1 ? count : nil)
    }

    /// How long an interval is: the last one ends with the file.
    private func seconds(of index: Int) -> Double {
        let whole = map.length / .seconds(1)
        let rest = offset(of: end) / .seconds(1) - Double(index) * whole
        return index == map.intervals.count - 1 && rest > 0 ? min(whole, rest) : whole
    }
}
