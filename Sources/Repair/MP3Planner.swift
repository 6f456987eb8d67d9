import Bytes
import Elementary

/// Plans for files of MP3: what is damaged becomes silence, and the first frame says how long the sound is.
struct MP3Planner {
    let file: FilePath
    let source: any ByteSource
    let options: RepairOptions

    func plan() -> RepairPlan {
        guard source.byteCount > 0 else { return RepairPlan(file, .mp3, .empty) }
        let found = MP3Mending(source)
        guard found.foundCount > 0 else {
            guard !found.isOnlyBegun else { return RepairPlan(file, .mp3, .empty, notes: found.problems) }
            return RepairPlan(file, .mp3, .hopeless(RepairRefusal("there is not one whole frame of sound in it")))
        }
        guard !found.isWhole else {
            return RepairPlan(file, .mp3, .whole, durationMilliseconds: found.durationMilliseconds)
        }
        return RepairPlan(
            file, .mp3, found.isOnlyCut ? .repairable : .partly,
            output: options.isInPlace ? file : file.repaired(file.suffix), notes: found.problems,
            durationMilliseconds: found.durationMilliseconds, work: .amend(found.writes))
    }
}
