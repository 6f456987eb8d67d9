import Testing

@testable import Legacy

@Suite("The size of a composite")
struct MixResolutionTests {
    @Test(
        "is four numbers, and whatever stands behind them",
        arguments: [
            "", "640,360,15,500", "360,640,15,500", " 640, 360,15,6500", "640,360,15,500,junk", "640,360,15,500kbps",
        ])
    func fine(text: String) { #expect(MixResolution.fault(of: text) == nil) }

    @Test(
        "is refused otherwise",
        arguments: ["640x360", "640,360,15", "640,360,15,", "640,,15,500", "a,b,c,d", "0,360,15,500"])
    func wrong(text: String) {
        #expect(
            MixResolution.fault(of: text)
                == "--mixResolution wants width,height,fps,kbps, such as 640,360,15,500, not '\(text)'")
    }

    @Test("has a highest rate")
    func rate() {
        #expect(MixResolution.fault(of: "640,360,15,6501") == "--mixResolution takes up to 6500 kbps, not 6501")
    }
}
