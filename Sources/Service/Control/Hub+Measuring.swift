import Catalog
public import EventLoop
import Storage
import Units

/// What operators watch, beside what the API says of the process.
public struct HubMeasurements: Sendable {
    /// What a thread that drives others has done.
    public struct Loop: Sendable {
        public var name: String
        public var busySeconds: Double
        /// How late a deadline was served at worst.
        public var worstLatenessSeconds: Double
    }

    public var server: ServerDocument
    public var userCount = 0
    /// Recordings by their state.
    public var recordings: [(state: RecordingDocument.State, count: Int)] = []
    public var packets = PacketTotals()
    public var loops: [Loop] = []
    public var placed = LatencyHistogram()
    public var written = LatencyHistogram()
    public var synced = LatencyHistogram()
    public var soundSeconds = 0.0
    public var otherCaptureSeconds = 0.0
    public var syncCount = 0
    public var failedFileCount = 0
    /// How long the disk has kept a thread waiting by now.
    public var diskStallSeconds = 0.0
    public var waitingEventCount = 0
    public var droppedEventCount = 0
    public var eventReaderCount = 0
    /// Deliveries since the start: taken, refused, and given up for good.
    public var deliveries: [(outcome: String, count: Int)] = []
    /// Events that webhooks have not got, and recordings of which some wait after a failure.
    public var pendingDeliveryCount = 0
    public var pausingDeliveryCount = 0
}

extension Hub {
    /// Measures everything now.
    public func measure() async -> HubMeasurements {
        var found = HubMeasurements(server: await describeServer())
        found.userCount = publications.count
        found.recordings = [.recording, .finishing].map { state in
            (state, sessions.filter { $0.document.state == state }.count)
        }
        for loop in loops {
            found.packets.add(await loop.packetTotals)
            found.loops.append(Self.measure(loop.loop))
        }
        var pace = CapturePace()
        for worker in workers {
            pace.add(await worker.pace)
            found.loops.append(Self.measure(worker.loop))
        }
        found.placed = pace.placed
        (found.soundSeconds, found.otherCaptureSeconds) = (pace.soundWork.seconds, pace.otherWork.seconds)
        let disk = storage.counters
        (found.written, found.synced) = (disk.writeWaits, disk.syncWaits)
        (found.syncCount, found.failedFileCount) = (disk.syncs, disk.failedFiles)
        found.diskStallSeconds = storage.stall(at: SystemClock.now()).seconds
        found.waitingEventCount = outbox.queue.waitingCount
        found.droppedEventCount = outbox.queue.droppedCount
        found.eventReaderCount = seats.count
        let totals = await webhooks.totals()
        found.deliveries = [
            ("delivered", totals.counters.delivered), ("failed", totals.counters.failed),
            ("given_up", totals.counters.givenUp),
        ]
        found.pausingDeliveryCount = totals.pausingCount
        found.pendingDeliveryCount = ((try? await webhooks.list()) ?? []).reduce(0) { $0 + $1.pendingCount }
        return found
    }

    private static func measure(_ loop: EventLoop) -> HubMeasurements.Loop {
        let counters = loop.counters
        return HubMeasurements.Loop(
            name: loop.name, busySeconds: Double(counters.busyNanoseconds) / 1e9,
            worstLatenessSeconds: counters.worstLateness.seconds)
    }
}

extension Duration {
    /// The length in seconds, for those who draw it.
    fileprivate var seconds: Double { Double(wholeNanoseconds) / 1e9 }
}
