/// Where a player can jump to: 12 bytes a place.
///
/// Keyframes of the video track, or each cluster's start in a file that is only heard
/// (WebM guidelines, "Cues").
struct CueIndex: Sendable {
    private var times: [UInt32] = []
    private var clusters: [Int] = []
    private var tracks: [UInt8] = []

    /// One point per cluster and track is enough: a reader looks through a cluster anyway.
    mutating func add(milliseconds: Int64, track: Int, cluster: Int) {
        guard clusters.last != cluster || tracks.last != UInt8(clamping: track) else { return }
        times.append(UInt32(clamping: milliseconds))
        clusters.append(cluster)
        tracks.append(UInt8(clamping: track))
    }

    /// The points of one track.
    func write(track: Int, to writer: inout ElementWriter) {
        writer.master(.cues) {
            for index in times.indices where Int(tracks[index]) == track {
                $0.cuePoint(milliseconds: Int(times[index]), track: track, cluster: clusters[index])
            }
        }
    }

    var byteCount: Int { times.count * 32 }
}

extension ElementWriter {
    /// RFC 9559 §5.1.5.1; `cluster` counts from the start of the segment's content.
    fileprivate mutating func cuePoint(milliseconds: Int, track: Int, cluster: Int) {
        master(.cuePoint) {
            $0.element(.cueTime, milliseconds)
            $0.master(.cueTrackPositions) {
                $0.element(.cueTrack, track)
                $0.element(.cueClusterPosition, cluster)
            }
        }
    }
}
