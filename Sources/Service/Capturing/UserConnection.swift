import Capture
import Channel
import Codecs
import SDP
import Units
import WebRTC

/// One connection of a user who is captured: where its frames lie in time, and which of them are wanted.
///
/// A value of its own for each time that the user comes, since a browser that comes back has new clocks.
struct UserConnection {
    /// One stream of a section, as the timeline knows it.
    private struct Track {
        var section: Int
        var encoding: Int
        var rotation: Rotation?
    }

    /// What a stream is to the timeline: one that changes its clock with its codec is several.
    private struct Stream {
        var rate: ClockRate
        var number: Int
        var others: [ClockRate: Int] = [:]
    }

    /// By then everything that was taken has its place.
    static let longestLook = PeerTimeline.longestLook

    let order: ConnectionOrder
    /// What each section is to the user.
    let roles: [MediaRole]
    private var timeline: PeerTimeline
    private var tracks: [Track] = []
    private var streams: [TrackID: Stream] = [:]
    /// By sections: the timeline's number of the stream that is recorded.
    private var active: [Int?]
    /// By sections: what chooses among their encodings, where there are several.
    private var selectors: [LayerSelector?]
    /// By tracks: what their packets were counted as when that was last told.
    private var counted: [TrackID: PacketCounts] = [:]

    init(_ order: ConnectionOrder, origin: Instant, choosing choice: LayerChoice) {
        self.order = order
        roles = MediaRole.roles(of: order.media.map(\.kind))
        timeline = PeerTimeline(origin: origin)
        active = [Int?](repeating: nil, count: roles.count)
        selectors = order.media.map { $0.encodingCount > 1 ? LayerSelector(choice) : nil }
    }

    /// What a track's section is to the user; nothing if the section is none of these.
    func role(of track: TrackID) -> MediaRole? {
        roles.indices.contains(track.mediaIndex) ? roles[track.mediaIndex] : nil
    }

    /// Takes the next frame of a track, and says whether it is one that is recorded.
    mutating func receive(_ frame: Frame, of track: TrackID) -> Bool {
        let number = number(of: track, frame.codec)
        let section = track.mediaIndex
        guard isChosen(frame, of: track) else {
            timeline.noteArrival(of: frame, track: number)
            return false
        }
        var frame = frame
        // Senders may leave the word out until it changes (3GPP TS 26.114 §7.4.5).
        tracks[number].rotation = frame.rotation ?? tracks[number].rotation
        frame.rotation = tracks[number].rotation
        let former = active[section]
        active[section] = number
        timeline.receive(frame, track: number, takingOverFrom: former == number ? nil : former)
        return true
    }

    /// Takes a sender report of a track.
    mutating func note(wall: NTPTime, ticks: Int64, arrival: Instant, of track: TrackID) {
        guard let stream = streams[track] else { return }
        timeline.noteReport(track: stream.number, wall: wall, ticks: ticks, at: arrival)
    }

    /// The next frame whose place is known, and the section it belongs to.
    mutating func next(at now: Instant) -> (section: Int, time: ChannelTime, frame: Frame)? {
        guard let placed = timeline.next(at: now) else { return nil }
        return (tracks[placed.track].section, placed.time, placed.frame)
    }

    /// Goes over to other encodings of pictures, each as soon as it shows a keyframe.
    mutating func choose(_ choice: LayerChoice) {
        for index in selectors.indices { selectors[index]?.choice = choice }
    }

    /// The encoding of a section to ask a keyframe of.
    mutating func nextRequest(of section: Int) -> Int? { selectors[section]?.nextRequest() }

    /// What was measured of the clocks of sound and picture of a pair of sections.
    func clock(sound: Int?, picture: Int?) -> TakeProof.Clock {
        TakeProof.Clock(
            timeline.clock.measurements, sound: sound.flatMap { active[$0] }, picture: picture.flatMap { active[$0] })
    }

    /// How many more packets were expected and repaired since it was last asked.
    mutating func progress(of statistics: TrackStatistics) -> PacketCounts {
        let now = PacketCounts(
            expected: statistics.packetCount + statistics.lostCount,
            repaired: statistics.repairedCount + statistics.recoveredCount)
        let before = counted.updateValue(now, forKey: statistics.track) ?? PacketCounts()
        return PacketCounts(
            expected: max(0, now.expected - before.expected), repaired: max(0, now.repaired - before.repaired))
    }

    private mutating func isChosen(_ frame: Frame, of track: TrackID) -> Bool {
        guard selectors[track.mediaIndex] != nil else { return true }
        let size = frame.isKeyframe ? TrackFormat(startingWith: frame)?.pictureSize : nil
        return selectors[track.mediaIndex]?.takes(
            encoding: track.encoding, isKeyframe: frame.isKeyframe, size: size, at: frame.arrival) ?? true
    }

    private mutating func number(of track: TrackID, _ codec: Codec) -> Int {
        let rate = codec.clockRate
        if let known = streams[track], known.rate == rate { return known.number }
        if let other = streams[track]?.others[rate] { return turn(track, to: other, rate) }
        tracks.append(Track(section: track.mediaIndex, encoding: track.encoding))
        return turn(track, to: timeline.addTrack(rate: rate), rate)
    }

    /// A stream goes on under another number of the timeline.
    private mutating func turn(_ track: TrackID, to number: Int, _ rate: ClockRate) -> Int {
        var stream = streams[track] ?? Stream(rate: rate, number: number)
        stream.others[stream.rate] = stream.number
        (stream.rate, stream.number) = (rate, number)
        streams[track] = stream
        return number
    }
}
