import Codecs
import TestSupport
import Testing

@Suite("Configuration records")
struct ConfigurationRecordTests {
    @Test("of H.265 begins with what must be decoded, and gives the parameter sets back")
    func h265() throws {
        guard case .h265(_, _, let video, let sequence, let picture) = try Fixture(.h265).format else { return }
        let sets = H265.ParameterSets(video: video, sequence: sequence, picture: picture)
        let record = try #require(H265.configurationRecord(of: sets))
        // Version 1; Main profile, compatible with itself and Main 10; progressive frames only; level 1.
        #expect(Array(record[..<13]) == [1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 30])
        #expect(try H265.parameterSets(inConfiguration: record.span) == sets)
        neverTraps(record) { try _ = H265.parameterSets(inConfiguration: $0.span) }
    }

    @Test("of AV1 gives the sequence header back")
    func av1() throws {
        guard case .av1(_, _, let header) = try Fixture(.av1).format else { return }
        let record = try #require(AV1.configurationRecord(sequenceHeader: header))
        // Marker and version; profile 0, level 2.0; Main tier, 8 bits, 4:2:0.
        #expect(Array(record[..<4]) == [0x81, 0, 0x0C, 0])
        #expect(try AV1.sequenceHeader(inConfiguration: record) == header)
        neverTraps(record) { _ = try AV1.sequenceHeader(inConfiguration: $0) }
    }

    @Test("of VP9 comes back", arguments: 0...7)
    func vp9(_ colourSpace: Int) throws {
        let size = PictureSize(width: 640, height: 360)
        var format = VP9Format(size: size, profile: 0, bitDepth: 8, chromaSubsampling: 1, isFullRange: false)
        format.colourSpace = colourSpace == 6 ? 0 : colourSpace
        let record = format.configurationRecord
        #expect(record.count == 8)
        #expect(try VP9Format(size: size, configuration: record.span) == format)
        neverTraps(record) { _ = try VP9Format(size: size, configuration: $0.span) }
    }

    @Test(
        "VP9's level is the least that fits 60 pictures a second",
        arguments: [
            (160, 90, 11), (640, 360, 30), (1280, 720, 40), (1920, 1080, 41), (3840, 2160, 51), (9999, 9999, 62),
        ])
    func level(_ width: Int, _ height: Int, _ level: Int) {
        let size = PictureSize(width: width, height: height)
        let format = VP9Format(size: size, profile: 0, bitDepth: 8, chromaSubsampling: 1, isFullRange: false)
        #expect(format.level == level)
    }
}
