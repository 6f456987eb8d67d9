import Bytes
import Codecs
import TestSupport
import Testing
import Units

struct H265Example: Sendable {
    var nalUnit: [UInt8]
    var size: PictureSize
    var profile: UInt8
    var level: UInt8
    var chroma: UInt32
    var depth: UInt32
    var reordered: Int
    var colour: ColourDescription?
    var aspect: PixelAspectRatio?
    var sets: Int
}

/// Parameter sets that x265 3.5 made.
private let examples: [H265Example] = [
    H265Example(
        nalUnit: bytes(
            "42010202200000030090000003000003003c0000a00a480f9c923659598acd249caf026a12201208000003000800000300c840"),
        size: PictureSize(width: 322, height: 242), profile: 2, level: 60, chroma: 1, depth: 10, reordered: 2,
        colour: ColourDescription(primaries: 9, transfer: 16, matrix: 9, isFullRange: false),
        aspect: PixelAspectRatio(horizontal: 12, vertical: 11), sets: 0),
    H265Example(
        nalUnit: bytes(
            "4201010408000003009908000003000078b003c480110724e52964a924cafff006100496c080000003008000000c84"),
        size: PictureSize(width: 1922, height: 1082), profile: 4, level: 120, chroma: 2, depth: 12, reordered: 0,
        colour: ColourDescription(primaries: 2, transfer: 2, matrix: 2, isFullRange: true),
        aspect: PixelAspectRatio(horizontal: 97, vertical: 73), sets: 0),
    H265Example(
        nalUnit: bytes("4201010408000003009e0800000300003c90014101e2cb2b2c9265780b4040000003004000000642"),
        size: PictureSize(width: 320, height: 240), profile: 4, level: 60, chroma: 3, depth: 8, reordered: 2,
        aspect: PixelAspectRatio(horizontal: 1, vertical: 1), sets: 0),
    H265Example(
        nalUnit: bytes("4201010408000003009fc800000300003cc028203c596565924caf016c08000003000800000300c840"),
        size: PictureSize(width: 320, height: 240), profile: 4, level: 60, chroma: 0, depth: 8, reordered: 2,
        colour: ColourDescription(primaries: 2, transfer: 2, matrix: 2, isFullRange: true),
        aspect: PixelAspectRatio(horizontal: 1, vertical: 1), sets: 0),
]

private func bytes(_ hex: String) -> [UInt8] { [UInt8](hex: hex) ?? [] }

@Suite("H.265 parameter sets")
struct H265ParameterSetTests {
    private static func set(_ name: Fixture.Name) throws -> [UInt8] {
        guard case .h265(_, _, _, let sets, _) = try Fixture(name).format else { return [] }
        return try #require(sets.first)
    }

    @Test("tell size, profile, chroma format, order, colour and the shape of pixels", arguments: examples)
    func parses(_ example: H265Example) throws {
        let parsed = try H265.SequenceParameterSet(parsing: example.nalUnit)
        #expect(PictureSize(width: parsed.width, height: parsed.height) == example.size)
        #expect(parsed.profile.profile & 0x1F == example.profile)
        #expect(parsed.profile.level == example.level)
        #expect(parsed.chromaFormat == example.chroma)
        #expect((parsed.lumaBitDepth, parsed.chromaBitDepth) == (example.depth, example.depth))
        #expect(parsed.maximumReorderedPictures == example.reordered)
        #expect(parsed.colour == example.colour)
        #expect(parsed.pixelAspectRatio == example.aspect)
        #expect(parsed.referenceSets.count == example.sets)
    }

    @Test("tell what a configuration record repeats")
    func profile() throws {
        let parsed = try H265.SequenceParameterSet(parsing: Self.set(.h265))
        #expect((parsed.width, parsed.height) == (160, 96))
        #expect(parsed.profile.profile == 1)
        #expect(!parsed.profile.isHighTier)
        #expect(parsed.profile.compatibility == 0x6000_0000)
        #expect(parsed.profile.constraints == 0x9000_0000_0000)
        #expect(parsed.profile.level == 30)
        #expect(parsed.temporalLayerCount == 1)
        #expect(parsed.isTemporallyNested)
        #expect(parsed.colour == ColourDescription(primaries: 1, transfer: 1, matrix: 1, isFullRange: false))
    }

    @Test(
        "read sets of references, whole and as differences",
        arguments: [
            // One earlier picture, used; two earlier, the second kept only; one earlier and one later.
            ("010 1 1 1", 0, [-1], [true], 1),
            ("011 1 1 1 1 0", 0, [-1, -2], [true, false], 2),
            ("010 010 1 1 1 1", 0, [-1, 1], [true, true], 1),
            // From a set of two earlier pictures and one later, one picture on: the second is dropped.
            ("1 1 1 1 00 1 1", 1, [-1, -2], [true, true], 2),
            // The same, one picture back: the later one moves on, the first comes to lie on the picture itself.
            ("1 0 1 01 1 1 1", 1, [-1, 1, 2], [true, true, true], 1),
        ] as [(String, Int, [Int], [Bool], Int)])
    func referenceSets(
        _ text: String, _ index: Int, _ distances: [Int], _ used: [Bool], _ earlierCount: Int
    ) throws {
        var source = bits("011 010 1 1 1 1 1 1")
        var reader = BitReader(source.span)
        let first = try H265.ReferenceSet(parsing: &reader, index: 0, of: 2, among: [])
        source = bits(text)
        reader = BitReader(source.span)
        let set = try H265.ReferenceSet(parsing: &reader, index: index, of: 2, among: [first])
        #expect((0..<set.count).map { set.distance($0) } == distances)
        #expect((0..<set.count).map { set.isUsed($0) } == used)
        #expect(set.earlierCount == earlierCount)
    }

    @Test("never trap", arguments: examples)
    func mutations(_ example: H265Example) {
        neverTraps(example.nalUnit) { bytes in
            let parsed = try H265.SequenceParameterSet(parsing: bytes)
            #expect((1...H265.SequenceParameterSet.maximumSide).contains(parsed.width))
        }
    }

    @Test(
        "are refused",
        arguments: [
            ("420101", .truncated(at: 0, needed: 4, available: 3)), ("40010101", .invalid("NAL unit type", at: 0)),
            ("42010101", .truncated(at: 2, needed: 4, available: 0)),
        ] as [(String, WireError)])
    func refuses(_ hex: String, _ error: WireError) {
        #expect(throws: error) { try H265.SequenceParameterSet(parsing: bytes(hex)) }
    }
}

@Suite("H.265 frames")
struct H265FrameTests {
    @Test("of an encoder are keyframes where it says so", arguments: [.h265, .h265Reordered] as [Fixture.Name])
    func keyframes(_ name: Fixture.Name) throws {
        for sample in try Fixture(name).samples { #expect(H265.isKeyframe(sample.bytes) == sample.isKeyframe) }
    }

    @Test(
        "name what their units hold",
        arguments: [
            (0x00, .slice(isReference: false)), (0x02, .slice(isReference: true)),
            (0x10, .skippedLeadingSlice(isReference: false)), (0x12, .skippedLeadingSlice(isReference: true)),
            (0x20, .randomAccessSlice(.brokenLink)), (0x26, .randomAccessSlice(.refresh)),
            (0x28, .randomAccessSlice(.refresh)), (0x2A, .randomAccessSlice(.clean)), (0x40, .videoParameterSet),
            (0x42, .sequenceParameterSet), (0x44, .pictureParameterSet), (0x46, .accessUnitDelimiter),
            (0x48, .endOfSequence), (0x4A, .endOfBitstream), (0x4C, .fillerData), (0x4E, .supplementalEnhancement),
            (0x60, .other), (0x2C, .other),
        ] as [(UInt8, H265.NALUnitType)])
    func types(_ header: UInt8, _ type: H265.NALUnitType) { #expect(H265.NALUnitType(header: header) == type) }

    @Test("bring parameter sets along, and make a track's format")
    func format() throws {
        let fixture = try Fixture(.h265)
        guard case .h265(_, _, let video, let sequence, let picture) = fixture.format else { return }
        var stream: [UInt8] = []
        for set in video + sequence + picture { stream += [0, 0, 0, 1] + set }
        let bytes = H265.frame(ofByteStream: stream) + fixture.samples[0].bytes
        #expect(
            H265.parameterSets(in: bytes)
                == H265.ParameterSets(video: video, sequence: sequence, picture: picture))
        var frame = Frame(codec: .h265, ticks: 0, isKeyframe: true, bytes: bytes, arrival: .ms(0))
        #expect(TrackFormat(startingWith: frame) == fixture.format)
        #expect(fixture.format.maximumReorderedPictures == 0)
        #expect(fixture.format.colour?.primaries == 1)
        #expect(fixture.format.pixelAspectRatio == PixelAspectRatio(horizontal: 1, vertical: 1))
        frame.bytes = fixture.samples[0].bytes
        #expect(TrackFormat(startingWith: frame) == nil)
    }
}
