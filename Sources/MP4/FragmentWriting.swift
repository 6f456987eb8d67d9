/// One movie fragment (`moof`, ISO/IEC 14496-12 §8.8.4).
extension BoxWriter {
    /// Writes the description of every track's open samples.
    ///
    /// Their bytes follow in one `mdat`, in the order of the tracks.
    mutating func fragment(number: UInt32, _ tracks: [OutputTrack]) {
        var dataOffsets: [(place: Int, payloadBefore: Int)] = []
        var payload = 0
        let start = bytes.count
        box("moof") {
            $0.fullBox("mfhd") { $0.append(number) }
            for track in tracks where !track.open.isEmpty {
                dataOffsets.append(($0.trackFragment(track), payload))
                payload += track.openBytes.count
            }
        }
        let payloadStart = bytes.count - start + 8
        for field in dataOffsets { overwrite(UInt32(payloadStart + field.payloadBefore), at: field.place) }
    }

    /// Returns where the run's data offset is to be filled in.
    private mutating func trackFragment(_ track: OutputTrack) -> Int {
        let steady = track.steadyDuration
        var place = 0
        box("traf") {
            // §8.8.7: offsets count from this `moof`; a duration that all share is said once.
            $0.fullBox("tfhd", flags: 0x2_0000 | (steady == nil ? 0 : 0x8)) {
                $0.append(track.id)
                if let steady { $0.append(steady) }
            }
            $0.fullBox("tfdt", version: 1) { $0.append(track.open.first?.decodeTicks ?? 0) }
            place = $0.trackRun(track, hasDurations: steady == nil)
        }
        return place
    }

    /// §8.8.8: only the fields that differ from what `tfhd` and `trex` said.
    private mutating func trackRun(_ track: OutputTrack, hasDurations: Bool) -> Int {
        let samples = track.open
        let usual = SampleFlags.usual(isVideo: track.isVideo)
        let hasOffsets = samples.contains { $0.compositionOffset != 0 }
        let hasNegativeOffsets = samples.contains { $0.compositionOffset < 0 }
        let hasFlags = samples.dropFirst().contains { SampleFlags.of($0) != usual }
        let hasFirstFlags = !hasFlags && samples.first.map(SampleFlags.of) != usual

        var flags: UInt32 = 0x201
        if hasFirstFlags { flags |= 0x4 }
        if hasDurations { flags |= 0x100 }
        if hasFlags { flags |= 0x400 }
        if hasOffsets { flags |= 0x800 }
        var place = 0
        fullBox("trun", version: hasNegativeOffsets ? 1 : 0, flags: flags) {
            $0.append(UInt32(samples.count))
            place = $0.bytes.count
            $0.append(UInt32(0))
            if hasFirstFlags, let first = samples.first { $0.append(SampleFlags.of(first)) }
            for sample in samples {
                if hasDurations { $0.append(sample.durationTicks) }
                $0.append(sample.byteCount)
                if hasFlags { $0.append(SampleFlags.of(sample)) }
                if hasOffsets { $0.append(sample.compositionOffset) }
            }
        }
        return place
    }
}

extension OutputTrack {
    /// The duration that all open samples share, if they do.
    fileprivate var steadyDuration: UInt32? {
        guard let first = open.first?.durationTicks else { return nil }
        return open.allSatisfy { $0.durationTicks == first } ? first : nil
    }
}

/// The flags a fragment gives a sample (ISO/IEC 14496-12 §8.8.3.1).
enum SampleFlags {
    /// Depends on no other sample.
    static let sync: UInt32 = 0x0200_0000
    /// Depends on others, and is no place to start.
    static let nonSync: UInt32 = 0x0101_0000
    /// The bit that says "no place to start".
    static let nonSyncBit: UInt32 = 0x1_0000

    static func usual(isVideo: Bool) -> UInt32 { isVideo ? nonSync : sync }
    static func of(_ sample: OpenSample) -> UInt32 { sample.isKeyframe ? sync : nonSync }
}
