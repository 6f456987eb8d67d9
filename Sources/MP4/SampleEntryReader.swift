import Bytes
import Codecs

/// Reads what a track's samples are (`stsd`, ISO/IEC 14496-12 §8.5.2): its first entry.
enum SampleEntryReader {
    static func read(_ bytes: Span<UInt8>, into track: inout MovieTrack) throws(WireError) {
        var reader = ByteReader(bytes)
        try reader.skip(8)
        guard let entry = BoxReader.header(bytes.extracting(8..<bytes.count), at: 8, available: bytes.count - 8)
        else { throw .truncated(at: 8, needed: 8, available: bytes.count - 8) }
        track.sampleEntry = entry.type
        try reader.skip(entry.headerByteCount + 8)
        if track.handler == "vide" {
            try readVisual(&reader, bytes, upTo: entry.end, into: &track)
        } else if track.handler == "soun" {
            try readAudio(&reader, bytes, upTo: entry.end, into: &track)
        }
    }

    /// §12.1.3.
    private static func readVisual(
        _ reader: inout ByteReader, _ bytes: Span<UInt8>, upTo end: Int, into track: inout MovieTrack
    ) throws(WireError) {
        try reader.skip(16)
        track.width = Int(try reader.read(UInt16.self))
        track.height = Int(try reader.read(UInt16.self))
        try reader.skip(50)
        guard reader.position <= end else { throw .invalid("sample entry", at: reader.position) }
        let boxes = BoxReader.boxes(in: bytes.extracting(reader.position..<end), at: reader.position).boxes
        guard let box = boxes.first(where: { $0.type == "avcC" }) else { return }
        let sets = try H264.parameterSets(inConfiguration: bytes.extracting(box.body))
        track.format = .h264(
            width: track.width, height: track.height, sequenceParameterSets: sets.sequence,
            pictureParameterSets: sets.picture)
    }

    /// §12.2.3; QuickTime's version 1 of the entry has 16 bytes more.
    private static func readAudio(
        _ reader: inout ByteReader, _ bytes: Span<UInt8>, upTo end: Int, into track: inout MovieTrack
    ) throws(WireError) {
        let version: UInt16 = try reader.read()
        try reader.skip(6)
        track.channelCount = Int(try reader.read(UInt16.self))
        try reader.skip(6)
        track.sampleRate = Int(try reader.read(UInt32.self) >> 16)
        if version == 1 { try reader.skip(16) }
        guard reader.position <= end else { throw .invalid("sample entry", at: reader.position) }
        let boxes = BoxReader.boxes(in: bytes.extracting(reader.position..<end), at: reader.position).boxes
        for box in boxes {
            let content = bytes.extracting(box.body)
            if box.type == "dOps" { track.format = try readOpus(content) }
            if box.type == "esds" { track.format = try readAAC(content, track) }
        }
    }

    private static func readOpus(_ bytes: Span<UInt8>) throws(WireError) -> TrackFormat {
        var reader = ByteReader(bytes)
        try reader.skip(1)
        let channelCount: UInt8 = try reader.read()
        return .opus(channelCount: Int(channelCount), preSkip: Int(try reader.read(UInt16.self)))
    }

    /// Descriptors inside each other (ISO/IEC 14496-1 §7.2.6); nothing if it is not AAC.
    private static func readAAC(_ bytes: Span<UInt8>, _ track: MovieTrack) throws(WireError) -> TrackFormat? {
        var reader = ByteReader(bytes)
        try reader.skip(4)
        _ = try readDescriptor(0x03, &reader)
        try reader.skip(2)
        let flags: UInt8 = try reader.read()
        if flags & 0x80 != 0 { try reader.skip(2) }
        if flags & 0x40 != 0 { try reader.skip(Int(try reader.read(UInt8.self))) }
        if flags & 0x20 != 0 { try reader.skip(2) }
        _ = try readDescriptor(0x04, &reader)
        guard try reader.read(UInt8.self) == 0x40 else { return nil }
        try reader.skip(12)
        let configuration = try reader.readBytes(try readDescriptor(0x05, &reader))
        return .aac(sampleRate: track.sampleRate, channelCount: track.channelCount, configuration: configuration)
    }

    /// The length of a descriptor that must have a tag: seven bits a byte (ISO/IEC 14496-1 §8.3.3).
    private static func readDescriptor(_ tag: UInt8, _ reader: inout ByteReader) throws(WireError) -> Int {
        guard try reader.read(UInt8.self) == tag else { throw .invalid("descriptor", at: reader.position) }
        var length = 0
        for _ in 0..<4 {
            let byte: UInt8 = try reader.read()
            length = length << 7 | Int(byte & 0x7F)
            if byte & 0x80 == 0 { return length }
        }
        throw .invalid("descriptor length", at: reader.position)
    }
}
