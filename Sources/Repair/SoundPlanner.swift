import Bytes
import Codecs
import Elementary

/// Plans for files of AAC with ADTS headers, which have neither head nor end: what is whole in them plays.
struct SoundPlanner {
    private static let pieceByteCount = 256 << 10

    let file: FilePath
    let source: any ByteSource
    let options: RepairOptions

    func plan() -> RepairPlan {
        guard source.byteCount > 0 else { return RepairPlan(file, .sound, .empty) }
        let found = look()
        guard found.packetCount > 0 else {
            return RepairPlan(file, .sound, .hopeless(RepairRefusal("there is not one whole packet of sound in it")))
        }
        let length = Int64(found.packetCount) * 1_024_000 / Int64(found.sampleRate)
        guard found.pieces != [.copy(0..<source.byteCount)] else {
            return RepairPlan(file, .sound, .whole, durationMilliseconds: length)
        }
        let lost = source.byteCount - found.keptByteCount
        return RepairPlan(
            file, .sound, found.isOnlyCut ? .repairable : .partly,
            output: options.isInPlace ? file : file.repaired(file.suffix),
            notes: ["\(lost) bytes belong to no whole packet, and are left out."], durationMilliseconds: length,
            work: .pieces(found.pieces))
    }

    private struct Found {
        var pieces: [FilePiece] = []
        var packetCount = 0
        var sampleRate = 48_000
        var keptByteCount = 0
        /// Whether nothing is wrong but the end.
        var isOnlyCut: Bool { pieces.count == 1 && pieces.first.map { Self.begins($0) } ?? false }

        private static func begins(_ piece: FilePiece) -> Bool {
            if case .copy(let range) = piece { range.lowerBound == 0 } else { false }
        }

        mutating func keep(_ range: Range<Int>) {
            keptByteCount += range.count
            if case .copy(let last)? = pieces.last, last.upperBound == range.lowerBound {
                pieces[pieces.count - 1] = .copy(last.lowerBound..<range.upperBound)
            } else {
                pieces.append(.copy(range))
            }
        }
    }

    private func look() -> Found {
        var found = Found()
        var reader = ADTSReader()
        var position = 0
        while true {
            while let packet = reader.next() {
                found.keep(packet.offset..<reader.end)
                found.packetCount += 1
                found.sampleRate = packet.configuration.sampleRate
            }
            guard position < source.byteCount else { return found }
            let bytes = source.read(at: position, count: Self.pieceByteCount)
            guard !bytes.isEmpty else { return found }
            position += bytes.count
            reader.push(bytes)
            if position >= source.byteCount { reader.finish() }
        }
    }
}
