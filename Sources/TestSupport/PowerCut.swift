package import Units

/// What a disk may hold of one file after the power went, by what POSIX promises and no more.
///
/// What was synced is there. Of what was written since, each write may be there, or not, or some of its sectors, in any
/// order; the file is as long as the last sector that is there wants it, and what is missing in between is zeros. Whether
/// the file has its name at all is only sure once its directory was synced.
package struct PowerCut: Sendable {
    /// What disks write in one piece.
    package static let sectorByteCount = 512

    private enum Change: Sendable {
        case write(at: Int, [UInt8])
        case truncate(to: Int)
    }

    /// What is on the disk whatever happens.
    private var durable: [UInt8] = []
    /// What may be there.
    private var pending: [Change] = []
    /// How many of those the sync that is going on puts there.
    private var syncing = 0
    private var length = 0
    private var isNameDurable = false
    private var exists = false

    package init() {}

    /// Whether the file may be missing altogether.
    package var mayBeMissing: Bool { !isNameDurable }
    /// How many writes may be there or not.
    package var pendingCount: Int { pending.count }

    /// Takes in the next call that concerns the file.
    package mutating func perform(_ operation: JournalingFileSystem.Operation, on path: String) {
        switch operation {
        case .create(path): exists = true
        case .append(path, let bytes):
            pending.append(.write(at: length, bytes))
            length += bytes.count
        case .overwrite(path, let offset, let bytes): pending.append(.write(at: offset, bytes))
        case .truncate(path, let count):
            pending.append(.truncate(to: count))
            length = count
        case .beginSync(path): syncing = pending.count
        case .endSync(path):
            durable = state(of: durable, with: pending.indices.map { $0 < syncing ? nil : [] })
            pending.removeFirst(syncing)
        case .syncDirectory(let directory): if exists, path.hasPrefix(directory + "/") { isNameDurable = true }
        case .create, .append, .overwrite, .truncate, .beginSync, .endSync, .rename, .delete: break
        }
    }

    /// The file with each write that may be there, or not.
    ///
    /// `chosen` has a bit for each of them, the oldest lowest.
    package func state(chosen: UInt64) -> [UInt8] {
        state(of: durable, with: pending.indices.map { chosen >> UInt64($0) & 1 == 1 ? nil : [] })
    }

    /// The file with some sectors of one write, and all others there or not.
    package func state(tearing torn: Int, chosen: UInt64, using generator: inout SeededGenerator) -> [UInt8] {
        var parts: [[Int]?] = pending.indices.map { chosen >> UInt64($0) & 1 == 1 ? nil : [] }
        guard pending.indices.contains(torn), case .write(let offset, let bytes) = pending[torn] else {
            return state(of: durable, with: parts)
        }
        let sectors = Self.sectors(of: bytes, at: offset)
        parts[torn] = sectors.indices.filter { _ in Bool.random(using: &generator) }
        return state(of: durable, with: parts)
    }

    /// `parts` says for each pending write which of its sectors are there: nothing stands for all of them.
    private func state(of durable: [UInt8], with parts: [[Int]?]) -> [UInt8] {
        var bytes = durable
        for (change, part) in zip(pending, parts) {
            switch change {
            case .truncate(let count): if part == nil { bytes = Array(bytes.prefix(count)) }
            case .write(let offset, let new):
                let sectors = Self.sectors(of: new, at: offset)
                for index in part ?? Array(sectors.indices) {
                    let place = offset + sectors[index].lowerBound..<offset + sectors[index].upperBound
                    if bytes.count < place.upperBound {
                        bytes += [UInt8](repeating: 0, count: place.upperBound - bytes.count)
                    }
                    bytes.replaceSubrange(place, with: new[sectors[index]])
                }
            }
        }
        return bytes
    }

    /// The parts of a write that lie in one sector each, counted from its own start.
    private static func sectors(of bytes: [UInt8], at offset: Int) -> [Range<Int>] {
        var (found, start) = ([Range<Int>](), 0)
        while start < bytes.count {
            let end = min(bytes.count, ((offset + start) / sectorByteCount + 1) * sectorByteCount - offset)
            found.append(start..<end)
            start = end
        }
        return found
    }
}
