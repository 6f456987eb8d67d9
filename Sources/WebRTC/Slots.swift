/// Numbers the encodings of all sections in one row: each has a place for a track.
struct Slots: Equatable, Sendable {
    /// The first slot of each section.
    private let starts: [Int]
    /// Which section each slot belongs to.
    private let sections: [Int]

    init(_ media: [MediaPlan]) {
        var (starts, sections): ([Int], [Int]) = ([], [])
        for (index, plan) in media.enumerated() {
            starts.append(sections.count)
            sections += [Int](repeating: index, count: plan.encodings.count)
        }
        self.starts = starts
        self.sections = sections
    }

    var count: Int { sections.count }

    /// The section of a slot.
    func section(of slot: Int) -> Int { sections[slot] }

    /// Which of its section's encodings a slot is for.
    func encoding(of slot: Int) -> Int { slot - starts[sections[slot]] }

    /// The slots of a section; none if there is no such section.
    func slots(of section: Int) -> Range<Int> {
        guard starts.indices.contains(section) else { return 0..<0 }
        return starts[section]..<(section + 1 < starts.count ? starts[section + 1] : sections.count)
    }

    /// The slot of a section's encoding; nothing if there is none.
    func slot(of section: Int, encoding: Int) -> Int? {
        let slots = slots(of: section)
        return (0..<slots.count).contains(encoding) ? slots.lowerBound + encoding : nil
    }
}
