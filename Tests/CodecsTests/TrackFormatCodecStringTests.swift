import Codecs
import Testing

@Suite("What players call a codec, RFC 6381")
struct TrackFormatCodecStringTests {
    @Test("is made of what the stream says")
    func vp9() {
        let size = PictureSize(width: 1920, height: 1080)
        var format = VP9Format(size: size, profile: 2, bitDepth: 10, chromaSubsampling: 1, isFullRange: false)
        #expect(TrackFormat.vp9(format).codecString == "vp09.02.41.10")
        format.colourSpace = 5
        #expect(TrackFormat.vp9(format).codecString == "vp09.02.41.10.01.09.14.09.00")
    }

    @Test("of sound is the profile")
    func sound() {
        #expect(TrackFormat.opus(channelCount: 2, preSkip: 0).codecString == "opus")
        let aac = TrackFormat.aac(sampleRate: 48_000, channelCount: 2, configuration: [0x11, 0x90])
        #expect(aac.codecString == "mp4a.40.2")
    }

    @Test("is only the codec where parameter sets cannot be read")
    func unreadable() {
        let formats: [TrackFormat] = [
            .h264(width: 1, height: 1, sequenceParameterSets: [], pictureParameterSets: []),
            .h265(width: 1, height: 1, videoParameterSets: [], sequenceParameterSets: [[1]], pictureParameterSets: []),
            .av1(width: 1, height: 1, sequenceHeader: []),
        ]
        #expect(formats.map(\.codecString) == ["avc1", "hvc1", "av01"])
    }
}
