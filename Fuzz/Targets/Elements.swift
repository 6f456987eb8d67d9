import Bytes
import Capture
import Codecs
import Elementary
import MJR
import TransportStream

/// Streams without a container, and others' containers, that something happened to.
enum Elements {
    /// The first byte says into how large pieces the rest comes.
    private static func inPieces(_ input: [UInt8], _ body: (ArraySlice<UInt8>) -> Void) {
        let size = Int(input.first ?? 0) + 1
        var rest = input.dropFirst()
        while !rest.isEmpty {
            body(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
    }

    static func byteStream(_ input: [UInt8]) {
        for codec in [Codec.h264, .h265] {
            var (units, pictures) = (ByteStreamReader(), AccessUnitReader(codec))
            var (last, byteCount) = (-1, 0)
            func drain() {
                while let unit = units.next() {
                    precondition(unit.offset > last && !unit.bytes.isEmpty, "units come in order")
                    last = unit.offset
                    byteCount += unit.bytes.count
                    pictures.push(unit)
                }
            }
            inPieces(input) {
                units.push($0)
                drain()
            }
            units.finish()
            drain()
            precondition(byteCount <= input.count, "nothing comes of nothing")
            pictures.finish()
            while let picture = pictures.next() {
                precondition(!H264.nalUnits(in: picture.bytes).isEmpty, "a picture has a slice")
            }
        }
    }

    static func adts(_ input: [UInt8]) {
        var reader = ADTSReader()
        var end = 0
        func drain() {
            while let packet = reader.next() {
                precondition(packet.offset >= end && reader.end <= input.count, "packets lie side by side")
                end = reader.end
            }
        }
        inPieces(input) {
            reader.push($0)
            drain()
        }
        reader.finish()
        drain()
        precondition(reader.skippedByteCount <= input.count)
    }

    static func mp3(_ input: [UInt8]) {
        var scanner = MP3Scanner(input)
        var end = 0
        while let piece = scanner.next() {
            switch piece {
            case .frame(_, let range), .gap(let range):
                precondition(range.lowerBound == end && !range.isEmpty, "pieces lie side by side")
                end = range.upperBound
            }
        }
        precondition(end == input.count)
        let found = MP3Mending(input)
        var bytes = input
        for write in found.writes {
            switch write {
            case .append(let more): bytes += more
            case .overwrite(let place, let new): bytes.replaceSubrange(place..<place + new.count, with: new)
            case .sync, .reserve: break
            }
        }
        precondition(found.foundCount > 0 || bytes == input, "where there is nothing, nothing is made")
        precondition(MP3Mending(bytes).writes.isEmpty, "what was mended needs no mending")
    }

    static func transport(_ input: [UInt8]) {
        var (aligner, demuxer) = (PacketAligner(), TransportDemuxer())
        var byteCount = 0
        func drain() {
            while let place = aligner.next() {
                aligner.withPacket(at: place) { demuxer.push($0) }
                while let unit = demuxer.nextUnit() { byteCount += unit.bytes.count }
            }
        }
        inPieces(input) {
            aligner.push($0)
            drain()
        }
        aligner.finish()
        drain()
        demuxer.finish()
        while let unit = demuxer.nextUnit() { byteCount += unit.bytes.count }
        precondition(byteCount <= input.count, "nothing comes of nothing")
    }

    static func mjr(_ input: [UInt8]) {
        guard var reader = try? MJRReader(input) else { return }
        var end = 0
        while let record = reader.next() {
            precondition(record.offset >= end && record.offset + record.bytes.count <= input.count)
            end = record.offset + record.bytes.count
        }
    }

    static func times(_ input: [UInt8]) {
        var reader = RecoveryTimes()
        inPieces(input) {
            reader.push($0)
            while let entry = reader.next() {
                switch entry {
                case .picture(let ticks, _, let byteCount, _), .sound(let ticks, _, let byteCount):
                    precondition(ticks >= 0 && byteCount >= 0)
                }
            }
        }
    }
}
