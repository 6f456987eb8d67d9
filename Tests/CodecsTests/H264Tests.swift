import Bytes
import Codecs
import TestSupport
import Testing

/// Parameter sets made by x264 of the sizes given beside them.
private let examples: [Example] = [
    Example("67640028acd940780227e5c044000003000400000300f03c60c658", 1920, 1080, profile: 100),
    Example("6742c01ed900a02ff970110000030001000003003c0f162e48", 640, 360, profile: 66),
    // Interlaced: heights count in pairs of macroblock rows.
    Example("67640028acd94078044fde0220000003002000000783e2c5b2c0", 1920, 1080, profile: 100),
    // 4:4:4: no cropping unit but the pixel.
    Example("67f4000d919b282a10f1f1f80880000003008000001e078a14cb", 322, 242, profile: 244, chroma: 3),
    // 4:2:2 of ten bits.
    Example("677a000db6cd9415087888fc0440000003004000000f03c50a6580", 322, 242, profile: 122, chroma: 2, depth: 10),
    Example("6764000dacd94150878888c044000003000400000300f03c50a658", 322, 242, profile: 100),
    Example("6764000af36515f8f8fc05b2000003000200000300781e244b2c", 66, 34, profile: 100, chroma: 0),
]

struct Example: Sendable {
    var nalUnit: [UInt8]
    var width: Int
    var height: Int
    var profile: UInt8
    var chroma: UInt32
    var depth: UInt32

    init(
        _ hex: String, _ width: Int, _ height: Int, profile: UInt8, chroma: UInt32 = 1, depth: UInt32 = 8
    ) {
        nalUnit = [UInt8](hex: hex) ?? []
        (self.width, self.height) = (width, height)
        (self.profile, self.chroma, self.depth) = (profile, chroma, depth)
    }
}

@Suite("H.264 parameter sets")
struct H264ParameterSetTests {
    @Test("tell size, profile and chroma format", arguments: examples)
    func parses(_ example: Example) throws {
        let parsed = try H264.SequenceParameterSet(parsing: example.nalUnit)
        #expect(parsed.width == example.width)
        #expect(parsed.height == example.height)
        #expect(parsed.profile == example.profile)
        #expect(parsed.level == example.nalUnit[3])
        #expect(parsed.chromaFormat == example.chroma)
        #expect(parsed.lumaBitDepth == example.depth)
        #expect(parsed.chromaBitDepth == example.depth)
    }

    // The first with the clock of a hypothetical decoder before what it tells of order (x264, nal-hrd=cbr).
    @Test(
        "tell colour, the shape of pixels and order",
        arguments: [
            (
                "6764000dacd94141fb016e020202800000030080000019301000f420003d09c98600f1429960", 2,
                ColourDescription(primaries: 1, transfer: 1, matrix: 1, isFullRange: true),
                PixelAspectRatio(horizontal: 1, vertical: 1)
            ),
            (
                "6764000dacb202a10f1111ff80308024880000030008000003019078a15240", 0, nil,
                PixelAspectRatio(horizontal: 97, vertical: 73)
            ),
        ] as [(String, Int, ColourDescription?, PixelAspectRatio)])
    func usability(
        _ hex: String, _ reordered: Int, _ colour: ColourDescription?, _ aspect: PixelAspectRatio
    ) throws {
        let set = try #require([UInt8](hex: hex))
        let parsed = try H264.SequenceParameterSet(parsing: set)
        #expect(parsed.maximumReorderedPictures == reordered)
        #expect((parsed.maximumBufferedFrames ?? 0) >= 3)
        #expect(parsed.colour == colour)
        #expect(parsed.pixelAspectRatio == aspect)
        let format = TrackFormat.h264(
            width: 1, height: 1, sequenceParameterSets: [set], pictureParameterSets: [])
        #expect(format.maximumReorderedPictures == reordered)
        #expect(format.colour == colour)
        #expect(format.pixelAspectRatio == aspect)
        // Cut short within, it still tells the size and what came before the cut.
        let cut = try H264.SequenceParameterSet(parsing: Array(set.dropLast(8)))
        #expect(cut.width == parsed.width)
        #expect(cut.pixelAspectRatio == aspect)
        #expect(cut.maximumReorderedFrames == nil)
    }

    @Test("never trap", arguments: examples)
    func mutations(_ example: Example) {
        neverTraps(example.nalUnit) { bytes in
            let parsed = try H264.SequenceParameterSet(parsing: bytes)
            #expect((1...H264.SequenceParameterSet.maximumSide).contains(parsed.width))
            _ = H264.configurationRecord(of: H264.ParameterSets(sequence: [bytes], picture: [bytes]))
        }
    }

    @Test(
        "are refused",
        arguments: [
            ("6742c0", .truncated(at: 0, needed: 4, available: 3)),
            ("6842c01ed900", .invalid("NAL unit type", at: 0)),
            ("6742c01e", .truncated(at: 0, needed: 1, available: 0)),
        ] as [(String, WireError)])
    func refuses(_ hex: String, _ error: WireError) throws {
        let bytes = try #require([UInt8](hex: hex))
        #expect(throws: error) { try H264.SequenceParameterSet(parsing: bytes) }
    }

    @Test("make the configuration record, with chroma in the High profiles")
    func configuration() throws {
        let sets = H264.ParameterSets(sequence: [examples[0].nalUnit], picture: [[0x68, 0xEB]])
        let record = try #require(H264.configurationRecord(of: sets))
        #expect(record.hex == "01640028ffe1001b" + examples[0].nalUnit.hex + "01000268eb" + "fdf8f800")
        #expect(try H264.parameterSets(inConfiguration: record.span) == sets)
    }

    @Test("make the configuration record of the Baseline profile")
    func baselineConfiguration() throws {
        let sets = H264.ParameterSets(sequence: [examples[1].nalUnit], picture: [[0x68, 0xEB], [0x68, 0xEC]])
        let record = try #require(H264.configurationRecord(of: sets))
        #expect(record.hex == "0142c01effe10019" + examples[1].nalUnit.hex + "02000268eb000268ec")
        #expect(try H264.parameterSets(inConfiguration: record.span) == sets)
    }

    @Test("make no record without a readable one")
    func noConfiguration() {
        #expect(H264.configurationRecord(of: H264.ParameterSets()) == nil)
        #expect(H264.configurationRecord(of: H264.ParameterSets(sequence: [[0x67]])) == nil)
    }

    @Test("are read back from a record without trapping")
    func configurationMutations() throws {
        let sets = H264.ParameterSets(sequence: [examples[0].nalUnit], picture: [[0x68, 0xEB]])
        let record = try #require(H264.configurationRecord(of: sets))
        neverTraps(record) { _ = try H264.parameterSets(inConfiguration: $0.span) }
    }
}

@Suite("H.264 frames")
struct H264FrameTests {
    private let frame: [UInt8] = [0, 0, 0, 2, 0x67, 1, 0, 0, 0, 1, 0x68, 0, 0, 0, 3, 0x65, 0x88, 0]

    @Test("are NAL units behind their lengths")
    func units() {
        #expect(H264.nalUnits(in: frame) == [4..<6, 10..<11, 15..<18])
        #expect(H264.nalUnits(in: Array(frame.dropLast())) == [4..<6, 10..<11])
        #expect(H264.nalUnits(in: [0, 0, 0, 0, 1]) == [])
        #expect(H264.nalUnits(in: [0xFF, 0xFF, 0xFF, 0xFF, 1]) == [])
    }

    @Test("bring parameter sets along")
    func parameterSets() {
        #expect(H264.parameterSets(in: frame) == H264.ParameterSets(sequence: [[0x67, 1]], picture: [[0x68]]))
    }

    @Test(
        "are keyframes only with an IDR slice",
        arguments: [
            ([0, 0, 0, 1, 0x65], true), ([0, 0, 0, 1, 0x09, 0, 0, 0, 1, 0x25], true), ([0, 0, 0, 1, 0x61], false),
            // A recovery point and an intra slice: good pictures only after a while.
            ([0, 0, 0, 3, 0x06, 6, 1, 0, 0, 0, 2, 0x61, 0xB8], false), ([], false),
        ] as [([UInt8], Bool)])
    func keyframes(_ frame: [UInt8], _ isKeyframe: Bool) {
        #expect(H264.isKeyframe(frame) == isKeyframe)
    }

    @Test("become a byte stream and return")
    func byteStream() {
        let stream = H264.byteStream(of: frame)
        #expect(stream.hex == "000000016701" + "0000000168" + "00000001658800")
        // The zero at the end of the last unit looks like padding; no unit of an encoder ends so (§7.4.1).
        #expect(H264.frame(ofByteStream: stream) == [0, 0, 0, 2, 0x67, 1, 0, 0, 0, 1, 0x68, 0, 0, 0, 2, 0x65, 0x88])
    }

    @Test(
        "are found in a byte stream whatever its start codes",
        arguments: [
            ("", ""), ("000001", ""), ("0000", ""), ("656565", ""),
            ("00000165", "0000000165"),
            ("0000000001" + "6501" + "000001" + "41" + "00000001" + "09", "000000026501" + "0000000141" + "0000000109"),
            ("000001000001" + "65", "0000000165"),
        ])
    func startCodes(_ stream: String, _ frame: String) throws {
        let bytes = try #require([UInt8](hex: stream))
        #expect(H264.frame(ofByteStream: bytes).hex == frame)
    }

    @Test("never trap")
    func mutations() {
        neverTraps(frame) { bytes in
            _ = H264.parameterSets(in: bytes)
            _ = H264.isKeyframe(bytes)
            _ = H264.frame(ofByteStream: H264.byteStream(of: bytes))
        }
    }
}
