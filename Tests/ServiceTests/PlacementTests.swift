import Testing

@testable import Service

@Suite("Which loop a peer lives on")
struct PlacementTests {
    @Test(
        "few share the first loop, many are spread evenly",
        arguments: [
            ([0], 0), ([0, 0], 0), ([23, 0], 0), ([24, 0], 1), ([24, 23], 1), ([24, 24], 0), ([40, 30, 35], 1),
            ([30, 3, 0], 1),
        ])
    func placement(_ counts: [Int], _ index: Int) { #expect(Placement.index(among: counts) == index) }

    @Test("two hundred peers end up half and half")
    func spread() {
        var counts = [0, 0]
        for _ in 0..<200 { counts[Placement.index(among: counts)] += 1 }
        #expect(counts == [100, 100])
    }
}
