import Codecs
import Testing

@Suite("What a sender says of a frame's references")
struct FrameDependenciesTests {
    @Test("has room for as many as a decoder keeps")
    func room() {
        var dependencies = FrameDependencies(frameNumber: 7, spatialLayer: 1)
        for distance in 1...UInt16(FrameDependencies.maximumCount) {
            let hadRoom = dependencies.append(distance: distance)
            #expect(hadRoom)
        }
        let full = dependencies
        let hadRoom = dependencies.append(distance: 9)
        #expect(!hadRoom)
        #expect(dependencies == full)
        #expect((0..<dependencies.count).map { dependencies.distance($0) } == Array(1...8))
    }
}
