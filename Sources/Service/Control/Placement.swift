/// Decides which media loop a new peer lives on.
///
/// Few peers share one loop: each thread that is awake costs about 8 ms of CPU a second whatever it has to do, as much as
/// five peers. Many are spread evenly.
enum Placement {
    /// How many peers a loop takes before the next one is woken: a tenth of a core's worth with Opus kept, a fifth with
    /// AAC.
    static let packed = 24

    /// The index of the loop, given how many peers each of them has.
    static func index(among peerCounts: [Int]) -> Int {
        peerCounts.firstIndex { $0 < packed } ?? peerCounts.indices.min { peerCounts[$0] < peerCounts[$1] } ?? 0
    }
}
