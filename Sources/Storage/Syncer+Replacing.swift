import Synchronization

/// A small file that is to be written as a whole, and who waits for that.
struct Replacement: Sendable {
    var path: String
    var bytes: [UInt8]
    var waiter: CheckedContinuation<Void, any Error>

    /// Where the new content lies until it is on the disk.
    var draft: String { DraftName.of(path) }
}

/// What is to be replaced next, by whoever asks.
final class ReplacementList: Sendable {
    private let listed = Mutex<[Replacement]>([])

    func add(_ replacement: Replacement) { listed.withLock { $0.append(replacement) } }

    func take() -> [Replacement] {
        listed.withLock { list in
            defer { list = [] }
            return list
        }
    }
}

// Files as a whole: readers, and the disk after a crash, see the old or the new content and nothing between.
extension Syncer {
    /// A replacement whose new content lies in its draft.
    private struct Draft {
        var replacement: Replacement
        var descriptor: Int32
    }

    /// Writes what is listed: all drafts first, then one sync for all of them, then their names.
    func performReplacements() {
        let drafts = replacements.take().compactMap(draft)
        guard !drafts.isEmpty else { return }
        var renamed: [Replacement] = []
        // Before the rename, or a power cut could leave an empty file under the good name.
        let failures = sync(drafts.map { SyncRequest(descriptor: $0.descriptor, directory: nil) })
        for (draft, failure) in zip(drafts, failures) {
            do throws(FileFailure) {
                if let failure { throw failure }
                try fileSystem.close(draft.descriptor)
                try fileSystem.rename(draft.replacement.draft, to: draft.replacement.path)
                renamed.append(draft.replacement)
            } catch {
                if failure != nil { _ = try? fileSystem.close(draft.descriptor) }
                give(up: draft.replacement, error)
            }
        }
        syncNames(of: renamed)
    }

    private func draft(_ replacement: Replacement) -> Draft? {
        do throws(FileFailure) {
            // One that a crash left behind.
            _ = try? fileSystem.delete(replacement.draft)
            let descriptor = try fileSystem.create(replacement.draft)
            do throws(FileFailure) {
                try fileSystem.append(replacement.bytes, to: descriptor)
            } catch {
                _ = try? fileSystem.close(descriptor)
                throw error
            }
            return Draft(replacement: replacement, descriptor: descriptor)
        } catch {
            give(up: replacement, error)
            return nil
        }
    }

    private func syncNames(of replacements: [Replacement]) {
        for (directory, renamed) in Dictionary(grouping: replacements, by: \.path.parentDirectory) {
            do throws(FileFailure) {
                try fileSystem.syncDirectory(directory)
                for replacement in renamed { replacement.waiter.resume() }
            } catch {
                for replacement in renamed {
                    replacement.waiter.resume(throwing: StorageError(error, path: replacement.path))
                }
            }
        }
    }

    private func give(up replacement: Replacement, _ failure: FileFailure) {
        _ = try? fileSystem.delete(replacement.draft)
        replacement.waiter.resume(throwing: StorageError(failure, path: replacement.path))
    }
}
