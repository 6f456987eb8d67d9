import Channel
import Codecs
import EventLoop
import Storage
import Synchronization
import Units
import WebRTC

/// One channel as the API shows it.
public struct ChannelDocument: Codable, Sendable {
    public struct User: Codable, Sendable {
        public var uid: String
        public var isConnected: Bool
        public var sinceMilliseconds: Int64
        public var roundTripMilliseconds: Int64?
        public var tracks: [Track]
    }

    public struct Track: Codable, Sendable {
        public var codec: String
        public var packetCount: Int
        public var byteCount: Int
        public var lostCount: Int
        public var repairedCount: Int
        public var nackCount: Int
        public var keyframeRequestCount: Int
        public var frameCount: Int
        public var keyframeCount: Int
        public var droppedFrameCount: Int
    }

    public var name: String
    public var profile: String
    public var users: [User]
}

/// The process as the API shows it.
public struct ServerDocument: Codable, Sendable {
    public var udpPorts: [Int]
    public var peerCount: Int
    public var recordingCount: Int
    public var packetsIn: Int
    public var packetsOut: Int
    public var sendDrops: Int
    /// Datagrams from addresses that no connectivity check has introduced.
    public var strangers: Int
    /// Frames and reports that wait for a capture worker.
    public var captureWaitingCount: Int
    public var queuedByteCount: Int
    public var writtenByteCount: Int
    /// What is free on the disk of the recordings; nothing if it cannot be asked.
    public var freeByteCount: Int?
    /// How long until nothing is, if it goes on like this; nothing while the disk does not fill.
    public var diskFullInSeconds: Int64?
    /// How long datagrams lay unread, counted by classes; the last class has no upper end.
    public var datagramWaits: [Wait] = []
    /// How long all of them did together.
    public var datagramWaitSeconds = 0.0

    public struct Wait: Codable, Sendable {
        public var upToMilliseconds: Int64?
        public var count: Int
    }
}

extension Hub {
    /// Every channel that somebody is in.
    public func channels() async -> [ChannelDocument] {
        var found: [ChannelDocument] = []
        for (name, room) in rooms.sorted(by: { $0.key < $1.key }) {
            var users: [ChannelDocument.User] = []
            for (_, id) in room.publications.sorted(by: { $0.key.description < $1.key.description }) {
                guard let publication = publications[id] else { continue }
                users.append(await describe(publication))
            }
            found.append(ChannelDocument(name: name, profile: room.roster.profile.name, users: users))
        }
        return found
    }

    private func describe(_ publication: Publication) async -> ChannelDocument.User {
        let statistics = await publication.loop.statistics(of: publication.peer)
        return ChannelDocument.User(
            uid: publication.uid, isConnected: publication.isConnected,
            sinceMilliseconds: publication.since.duration(to: SystemClock.now()).wholeMilliseconds,
            roundTripMilliseconds: statistics?.roundTrip?.wholeMilliseconds,
            tracks: statistics?.tracks.map(Self.describe) ?? [])
    }

    private static func describe(_ track: TrackStatistics) -> ChannelDocument.Track {
        ChannelDocument.Track(
            codec: track.codec.rawValue, packetCount: track.packetCount, byteCount: track.byteCount,
            lostCount: track.lostCount, repairedCount: track.repairedCount, nackCount: track.nackCount,
            keyframeRequestCount: track.keyframeRequestCount, frameCount: track.frameCount,
            keyframeCount: track.keyframeCount, droppedFrameCount: track.droppedFrameCount)
    }

    /// What the operator should know about this machine's limits, in sentences; usually nothing.
    public func notes() async -> [String] {
        var notes = stateNotes
        for loop in loops {
            for note in await loop.notes where !notes.contains(note) { notes.append(note) }
        }
        return notes
    }

    /// What this process does.
    public func describeServer() async -> ServerDocument {
        var document = ServerDocument(
            udpPorts: loops.map { Int($0.number) }, peerCount: 0,
            recordingCount: sessions.filter(\.isRunning).count, packetsIn: 0, packetsOut: 0, sendDrops: 0,
            strangers: 0, captureWaitingCount: 0, queuedByteCount: storage.queuedByteCount,
            writtenByteCount: storage.counters.writtenByteCount)
        var waits = WaitHistogram()
        for worker in workers { document.captureWaitingCount += worker.waitingCount.load(ordering: .relaxed) }
        for loop in loops {
            let counters = await loop.counters
            document.peerCount += await loop.peerCount
            document.packetsIn += counters.port.packetsIn
            document.packetsOut += counters.port.packetsOut
            document.sendDrops += counters.port.sendDrops
            document.strangers += counters.strangers
            waits.add(counters.port.waits)
        }
        document.datagramWaits = waits.counts.enumerated().map { index, count in
            let bounds = WaitHistogram.bounds
            return ServerDocument.Wait(
                upToMilliseconds: bounds.indices.contains(index) ? bounds[index] : nil, count: count)
        }
        document.datagramWaitSeconds = Double(waits.total.wholeNanoseconds) / 1e9
        document.freeByteCount = try? await storage.freeByteCount(at: Self.existingPart(of: options.recordRoot))
        document.diskFullInSeconds = forecast.timeLeft(at: SystemClock.now()).map { $0.wholeMilliseconds / 1000 }
        return document
    }
}
