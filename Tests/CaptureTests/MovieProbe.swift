/// The timing in an MP4 file, read box by box: a second opinion on what was written.
struct MovieProbe {
    struct Track {
        /// Decode times and durations of all samples in fragments, in order.
        var fragmented: [(time: Int64, duration: Int64)] = []
        /// Durations by the ordinary `moov` at the end, where there is one.
        var durations: [Int64] = []
        /// How much later than decoded each sample is shown, by the same.
        var offsets: [Int64] = []
        /// What an edit leaves out at the front.
        var trimmed: Int64 = 0
        /// When each sample is shown.
        var shown: [Int64] {
            var time: Int64 = 0
            return durations.indices.map { index in
                defer { time += durations[index] }
                return time + (offsets.isEmpty ? 0 : offsets[index]) - trimmed
            }
        }
        /// How long an empty edit delays it, in units of the movie (ISO/IEC 14496-12 §8.6.6).
        var delay: Int64 = 0
        var handler = ""
    }

    var tracks: [Int: Track] = [:]
    var movieTimescale: Int64 = 1
    var fragmentCount = 0
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        walk(0..<bytes.count, isInsideMedia: false)
    }

    /// The types of the boxes that lie side by side in the file.
    var topLevel: [String] { boxes(in: 0..<bytes.count).map(\.type) }

    private struct Box {
        var type: String
        var body: Range<Int>
    }

    /// Boxes that are whole; the first `mdat` of a finished file is entered, for its fragments.
    private func boxes(in range: Range<Int>) -> [Box] {
        var found: [Box] = []
        var position = range.lowerBound
        while position + 8 <= range.upperBound {
            var size = Int(number(position, 4))
            let type = String(decoding: bytes[position + 4..<position + 8], as: UTF8.self)
            var head = 8
            if size == 1 {
                size = Int(number(position + 8, 8))
                head = 16
            }
            guard size >= head, position + size <= range.upperBound else { break }
            found.append(Box(type: type, body: position + head..<position + size))
            position += size
        }
        return found
    }

    private func number(_ offset: Int, _ count: Int) -> Int64 {
        bytes[offset..<offset + count].reduce(0) { $0 << 8 | Int64($1) }
    }

    private mutating func walk(_ range: Range<Int>, isInsideMedia: Bool) {
        for box in boxes(in: range) {
            switch box.type {
            case "mdat" where !isInsideMedia && boxes(in: box.body).contains { $0.type == "moof" }:
                walk(box.body, isInsideMedia: true)
            case "moof":
                fragmentCount += 1
                for child in boxes(in: box.body) where child.type == "traf" { readFragment(child.body) }
            case "moov":
                for child in boxes(in: box.body) { readMovieChild(child) }
            default: continue
            }
        }
    }

    private mutating func readMovieChild(_ box: Box) {
        if box.type == "mvhd" { movieTimescale = number(box.body.lowerBound + (version(box) == 1 ? 20 : 12), 4) }
        guard box.type == "trak" else { return }
        var identifier = 0
        var track = Track()
        readTrack(box.body, &identifier, &track)
        track.fragmented = tracks[identifier]?.fragmented ?? []
        tracks[identifier] = track
    }

    private func version(_ box: Box) -> Int64 { number(box.body.lowerBound, 1) }

    private func readTrack(_ range: Range<Int>, _ identifier: inout Int, _ track: inout Track) {
        for box in boxes(in: range) {
            let start = box.body.lowerBound
            switch box.type {
            case "tkhd": identifier = Int(number(start + (version(box) == 1 ? 20 : 12), 4))
            case "hdlr": track.handler = String(decoding: bytes[start + 8..<start + 12], as: UTF8.self)
            case "elst":
                let width = version(box) == 1 ? 8 : 4
                for index in 0..<Int(number(start + 4, 4)) {
                    let entry = start + 8 + index * (2 * width + 4)
                    let time = number(entry + width, width)
                    let isEmpty = time == (width == 8 ? -1 : 0xFFFF_FFFF)
                    if isEmpty { track.delay = number(entry, width) } else { track.trimmed = time }
                }
            case "stts":
                for index in 0..<Int(number(start + 4, 4)) {
                    let (count, value) = (number(start + 8 + index * 8, 4), number(start + 12 + index * 8, 4))
                    track.durations += repeatElement(value, count: Int(count))
                }
            case "ctts":
                for index in 0..<Int(number(start + 4, 4)) {
                    let (count, value) = (number(start + 8 + index * 8, 4), number(start + 12 + index * 8, 4))
                    let offset = Int64(Int32(truncatingIfNeeded: value))
                    track.offsets += repeatElement(offset, count: Int(count))
                }
            case "edts", "mdia", "minf", "stbl": readTrack(box.body, &identifier, &track)
            default: continue
            }
        }
    }

    private mutating func readFragment(_ range: Range<Int>) {
        var (identifier, time, usual) = (0, Int64(0), Int64(0))
        for box in boxes(in: range) {
            let start = box.body.lowerBound
            let flags = number(start + 1, 3)
            switch box.type {
            case "tfhd":
                identifier = Int(number(start + 4, 4))
                if flags & 0x8 != 0 { usual = number(start + 8, 4) }
            case "tfdt": time = number(start + 4, 8)
            case "trun":
                var position = start + 8 + (flags & 1 != 0 ? 4 : 0) + (flags & 4 != 0 ? 4 : 0)
                for _ in 0..<number(start + 4, 4) {
                    let duration = flags & 0x100 != 0 ? number(position, 4) : usual
                    position += [0x100, 0x200, 0x400, 0x800].count { flags & $0 != 0 } * 4
                    tracks[identifier, default: Track()].fragmented.append((time, duration))
                    time += duration
                }
            default: continue
            }
        }
    }
}
