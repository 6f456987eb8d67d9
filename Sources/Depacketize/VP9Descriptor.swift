import Codecs

// |I|P|L|F|B|E|V|Z|   required
// |M| PICTURE ID  |   if I; two bytes if M
// | TID |U| SID |D|   if L
// |   TL0PICIDX   |   if L and not F
// |   P_DIFF    |N|   if P and F, up to three times
/// What stands before VP9 in each packet (RFC 9628 §4.2).
struct VP9Descriptor {
    /// Whether the frame refers to earlier pictures.
    var refersToPictures: Bool
    /// Whether each picture tells what it refers to, instead of following a pattern.
    var isFlexible: Bool
    /// Whether the packet begins a frame: one spatial layer of a picture.
    var startsFrame: Bool
    var endsFrame: Bool
    /// With how many bits it has.
    var pictureID: (value: Int, bitCount: Int)?
    var spatialLayer = 0
    /// Whether the frame refers to the next lower spatial layer of its picture.
    var refersToLowerLayer = false
    /// How many pictures back those lie that it refers to, as far as it tells.
    var distances = SIMD4<UInt8>()
    var distanceCount = 0
    /// Where the scalability structure lies, if there is one.
    var structure: Range<Int>?
    /// How many bytes it takes.
    var byteCount = 1

    /// Nothing if the packet ends inside, or breaks the rules.
    init?(_ payload: Span<UInt8>) {
        let flags = payload[0]
        (refersToPictures, isFlexible) = (flags & 0x40 != 0, flags & 0x10 != 0)
        (startsFrame, endsFrame) = (flags & 0x08 != 0, flags & 0x04 != 0)
        if flags & 0x80 != 0, !readPictureID(payload) { return nil }
        // In flexible mode references are told from picture to picture, which must have a name (§4.2).
        if isFlexible, pictureID == nil { return nil }
        if flags & 0x20 != 0, !readLayers(payload) { return nil }
        if isFlexible, refersToPictures, !readDistances(payload) { return nil }
        if flags & 0x02 != 0 {
            guard let end = VP9Group.end(in: payload, from: byteCount) else { return nil }
            structure = byteCount..<end
            byteCount = end
        }
    }

    private mutating func readPictureID(_ payload: Span<UInt8>) -> Bool {
        guard payload.count > byteCount else { return false }
        let first = Int(payload[byteCount])
        byteCount += 1
        guard first & 0x80 != 0 else {
            pictureID = (first, 7)
            return true
        }
        guard payload.count > byteCount else { return false }
        pictureID = ((first & 0x7F) << 8 | Int(payload[byteCount]), 15)
        byteCount += 1
        return true
    }

    private mutating func readLayers(_ payload: Span<UInt8>) -> Bool {
        let count = isFlexible ? 1 : 2
        guard payload.count >= byteCount + count else { return false }
        let layers = payload[byteCount]
        spatialLayer = Int(layers >> 1 & 7)
        refersToLowerLayer = layers & 1 != 0
        byteCount += count
        // The lowest has none below it.
        return !(spatialLayer == 0 && refersToLowerLayer)
    }

    private mutating func readDistances(_ payload: Span<UInt8>) -> Bool {
        var hasMore = true
        while hasMore {
            guard distanceCount < 3, payload.count > byteCount else { return false }
            let field = payload[byteCount]
            guard field >> 1 > 0 else { return false }
            distances[distanceCount] = field >> 1
            distanceCount += 1
            byteCount += 1
            hasMore = field & 1 != 0
        }
        return true
    }
}

// | N_S |Y|G|-|-|-|
// | width, height (16 each)  |   if Y, N_S + 1 times
// |     N_G       |            if G
// | TID |U| R |-|-|            N_G times, each with
// |    P_DIFF     |            R times
/// The pattern by which pictures refer to earlier ones (the scalability structure, RFC 9628 §4.2.1).
struct VP9Group: Sendable {
    /// The picture with which the pattern begins.
    var start: Int64
    /// For each picture of the pattern, how far back those lie that it refers to, and how many they are.
    private var entries: [(distances: SIMD4<UInt8>, count: Int)] = []

    /// Reads a structure that is known to be whole; nothing if it holds no pattern.
    init?(_ payload: Span<UInt8>, in range: Range<Int>, start: Int64) {
        self.start = start
        let flags = payload[range.lowerBound]
        guard flags & 0x08 != 0 else { return nil }
        var position = range.lowerBound + 1
        if flags & 0x10 != 0 { position += (Int(flags >> 5) + 1) * 4 }
        let count = Int(payload[position])
        position += 1
        entries.reserveCapacity(count)
        for _ in 0..<count {
            let referenceCount = Int(payload[position] >> 2 & 3)
            position += 1
            var distances = SIMD4<UInt8>()
            for index in 0..<referenceCount { distances[index] = payload[position + index] }
            position += referenceCount
            entries.append((distances, referenceCount))
        }
        guard !entries.isEmpty else { return nil }
    }

    /// What a picture refers to.
    func references(of number: Int64) -> (distances: SIMD4<UInt8>, count: Int) {
        let place = (number - start) % Int64(entries.count)
        return entries[Int(place < 0 ? place + Int64(entries.count) : place)]
    }

    /// Where a structure ends; nothing if the packet ends inside.
    static func end(in payload: Span<UInt8>, from start: Int) -> Int? {
        guard payload.count > start else { return nil }
        let flags = payload[start]
        var position = start + 1
        if flags & 0x10 != 0 { position += (Int(flags >> 5) + 1) * 4 }
        guard flags & 0x08 != 0 else { return position <= payload.count ? position : nil }
        guard payload.count > position else { return nil }
        let count = Int(payload[position])
        position += 1
        for _ in 0..<count {
            guard payload.count > position else { return nil }
            position += 1 + Int(payload[position] >> 2 & 3)
        }
        return position <= payload.count ? position : nil
    }
}
