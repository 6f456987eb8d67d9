import Bytes
import Codecs

/// Reads what a track's samples are (`stsd`, ISO/IEC 14496-12 §8.5.2).
enum SampleEntryReader {
    /// More than any writer lists; a forged file must not cost more.
    static let maximumEntryCount = 1024

    /// All entries of an `stsd`, whose body `bytes` are; there is one at least.
    static func read(_ bytes: Span<UInt8>, handler: FourCC) throws(WireError) -> [MovieSampleEntry] {
        var reader = ByteReader(bytes)
        try reader.skip(4)
        let count = Int(try reader.read(UInt32.self))
        guard (1...maximumEntryCount).contains(count) else { throw .invalid("stsd", at: 4) }
        var entries: [MovieSampleEntry] = []
        var position = reader.position
        for _ in 0..<count {
            let rest = bytes.extracting(position..<bytes.count)
            guard let box = BoxReader.header(rest, at: 0, available: rest.count) else {
                throw .truncated(at: position, needed: 8, available: rest.count)
            }
            entries.append(try readEntry(rest.extracting(0..<box.byteCount), handler: handler))
            position += box.byteCount
        }
        return entries
    }

    /// One entry, header and all.
    static func readEntry(_ bytes: Span<UInt8>, handler: FourCC) throws(WireError) -> MovieSampleEntry {
        guard let box = BoxReader.header(bytes, at: 0, available: bytes.count) else {
            throw .truncated(at: 0, needed: 8, available: bytes.count)
        }
        var entry = MovieSampleEntry(type: box.type)
        var reader = ByteReader(bytes)
        try reader.skip(box.headerByteCount + 8)
        if handler == "vide" {
            try readVisual(&reader, bytes, into: &entry)
        } else if handler == "soun" {
            try readAudio(&reader, bytes, into: &entry)
        }
        return entry
    }

    /// §12.1.3.
    private static func readVisual(
        _ reader: inout ByteReader, _ bytes: Span<UInt8>, into entry: inout MovieSampleEntry
    ) throws(WireError) {
        try reader.skip(16)
        entry.width = Int(try reader.read(UInt16.self))
        entry.height = Int(try reader.read(UInt16.self))
        try reader.skip(50)
        let boxes = BoxReader.boxes(in: bytes.extracting(reader.position..<bytes.count), at: reader.position).boxes
        for box in boxes {
            let content = bytes.extracting(box.body)
            switch box.type {
            case "colr": entry.colour = try readColour(content)
            case "pasp": entry.pixelAspectRatio = try readPixelAspectRatio(content)
            default: entry.format = try readFormat(box.type, content, entry) ?? entry.format
            }
        }
    }

    /// What a configuration box says; nothing if it is none that is known.
    private static func readFormat(
        _ type: FourCC, _ content: Span<UInt8>, _ entry: MovieSampleEntry
    ) throws(WireError) -> TrackFormat? {
        let size = PictureSize(width: entry.width, height: entry.height)
        switch type {
        case "avcC":
            let sets = try H264.parameterSets(inConfiguration: content)
            return .h264(
                width: size.width, height: size.height, sequenceParameterSets: sets.sequence,
                pictureParameterSets: sets.picture)
        case "hvcC":
            let sets = try H265.parameterSets(inConfiguration: content)
            return .h265(
                width: size.width, height: size.height, videoParameterSets: sets.video,
                sequenceParameterSets: sets.sequence, pictureParameterSets: sets.picture)
        case "vpcC":
            guard entry.type != "vp08" else { return .vp8(width: size.width, height: size.height) }
            let record = content.extracting(min(4, content.count)..<content.count)
            return .vp9(try VP9Format(size: size, configuration: record))
        case "av1C":
            var reader = ByteReader(content)
            let header = try AV1.sequenceHeader(inConfiguration: try reader.readBytes(content.count))
            return .av1(width: size.width, height: size.height, sequenceHeader: header ?? [])
        default: return nil
        }
    }

    /// Nothing but code points is of interest: profiles are for printers.
    private static func readColour(_ bytes: Span<UInt8>) throws(WireError) -> ColourDescription? {
        var reader = ByteReader(bytes)
        let kind = FourCC(rawValue: try reader.read())
        guard kind == "nclx" || kind == "nclc" else { return nil }
        var codes: [UInt8] = []
        for _ in 0..<3 { codes.append(UInt8(clamping: try reader.read(UInt16.self))) }
        let isFullRange = kind == "nclx" ? try reader.read(UInt8.self) & 0x80 != 0 : false
        // What says nothing is as good as not there.
        guard isFullRange || codes.contains(where: { $0 != ColourDescription.unspecified }) else { return nil }
        return ColourDescription(
            primaries: codes[0], transfer: codes[1], matrix: codes[2], isFullRange: isFullRange)
    }

    private static func readPixelAspectRatio(_ bytes: Span<UInt8>) throws(WireError) -> PixelAspectRatio? {
        var reader = ByteReader(bytes)
        let (horizontal, vertical) = (Int(try reader.read(UInt32.self)), Int(try reader.read(UInt32.self)))
        guard horizontal > 0, vertical > 0 else { return nil }
        return PixelAspectRatio(horizontal: horizontal, vertical: vertical)
    }

    /// §12.2.3; QuickTime's version 1 of the entry has 16 bytes more.
    private static func readAudio(
        _ reader: inout ByteReader, _ bytes: Span<UInt8>, into entry: inout MovieSampleEntry
    ) throws(WireError) {
        let version: UInt16 = try reader.read()
        try reader.skip(6)
        entry.channelCount = Int(try reader.read(UInt16.self))
        try reader.skip(6)
        entry.sampleRate = Int(try reader.read(UInt32.self) >> 16)
        if version == 1 { try reader.skip(16) }
        let boxes = BoxReader.boxes(in: bytes.extracting(reader.position..<bytes.count), at: reader.position).boxes
        for box in boxes {
            let content = bytes.extracting(box.body)
            if box.type == "dOps" { entry.format = try readOpus(content) }
            if box.type == "esds" { entry.format = try readAAC(content, entry) }
        }
    }

    private static func readOpus(_ bytes: Span<UInt8>) throws(WireError) -> TrackFormat {
        var reader = ByteReader(bytes)
        try reader.skip(1)
        let channelCount: UInt8 = try reader.read()
        return .opus(channelCount: Int(channelCount), preSkip: Int(try reader.read(UInt16.self)))
    }

    /// Descriptors inside each other (ISO/IEC 14496-1 §7.2.6); nothing if it is not AAC.
    private static func readAAC(_ bytes: Span<UInt8>, _ entry: MovieSampleEntry) throws(WireError) -> TrackFormat? {
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
        return .aac(sampleRate: entry.sampleRate, channelCount: entry.channelCount, configuration: configuration)
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
