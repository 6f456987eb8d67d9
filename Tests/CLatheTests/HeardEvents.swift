import Synchronization

/// What a callback was called with.
final class HeardEvents: Sendable {
    private let events = Mutex<[String]>([])

    /// Whether a text was heard that has a word in it.
    func has(_ word: String) -> Bool { events.withLock { $0.contains { $0.contains(word) } } }

    /// Is what C calls; the context is the one who hears.
    static func hear(_ event: UnsafePointer<CChar>?, _ context: UnsafeMutableRawPointer?) {
        guard let event = unsafe event, let context = unsafe context else { return }
        let text = unsafe String(cString: event)
        unsafe Unmanaged<HeardEvents>.fromOpaque(context).takeUnretainedValue().events.withLock { $0.append(text) }
    }
}
