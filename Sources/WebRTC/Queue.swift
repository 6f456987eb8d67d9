/// First in, first out, in storage that is used again and again.
struct Queue<Element: Sendable>: Sendable {
    // Emptied places are cleared at once: an element left behind would share its bytes with whoever took it.
    private var places: [Element?] = []
    private var head = 0

    var isEmpty: Bool { head == places.count }
    var count: Int { places.count - head }

    mutating func append(_ element: Element) { places.append(element) }

    mutating func popFirst() -> Element? {
        guard head < places.count else { return nil }
        let element = places[head].take()
        head += 1
        if head == places.count {
            places.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 256, head * 2 >= places.count {
            places.removeFirst(head)
            head = 0
        }
        return element
    }

    mutating func removeAll() {
        places.removeAll(keepingCapacity: true)
        head = 0
    }
}
