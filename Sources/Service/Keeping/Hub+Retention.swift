import Bytes
import Catalog
import CommandLineOptions
import EventLoop
import Foundation
import Storage
import Units

// Recordings that are kept no longer.
extension Hub {
    /// How often finished recordings are looked through; sooner when the disk gets full.
    private static let retentionInterval = Duration.seconds(600)

    /// Deletes what the policy does not keep, again and again, until the task is cancelled.
    func keepHouse() async {
        let policy = options.retention
        guard !policy.isEmpty else { return }
        while !Task.isCancelled {
            await applyRetention(policy)
            for _ in 0..<Self.retentionInterval.wholeMilliseconds / 1000 {
                try? await Task.sleep(for: .seconds(1))
                if Task.isCancelled || isShortOfRoom { break }
            }
        }
    }

    private func applyRetention(_ policy: RetentionPolicy) async {
        let shelf = RecordingShelf(root: options.recordRoot)
        let free = (try? await storage.freeByteCount(at: options.recordRoot)) ?? .max
        let log = auditLog()
        // Looking and deleting take as long as the disk likes, and nobody else should wait for them.
        let deletions = await Task.detached {
            shelf.sweep()
            return policy.deletions(of: shelf.recordings(), free: free, at: Date())
        }.value
        for deletion in deletions {
            // Somebody may have taken it up since.
            guard let kept = RecordingShelf.look(at: deletion.directory), kept.hold == nil else { continue }
            let text = "\(deletion.directory), \(ByteCount(deletion.byteCount)): \(deletion.reason)"
            log.write(.append(Array("\(Date().formatted(.iso8601)) deleting \(text)\n".utf8)))
            complain("deleting \(text)")
            do {
                try await Task.detached { try shelf.delete(deletion.directory) }.value
                await forget(deletion.directory)
            } catch {
                log.write(.append(Array("\(Date().formatted(.iso8601)) failed: \(error)\n".utf8)))
                complain("\(deletion.directory) could not be deleted: \(error)")
            }
        }
        _ = try? await log.finish()
        isShortOfRoom = false
    }

    /// One line for each deletion, in a file that only grows.
    private func auditLog() -> StorageFile {
        let path = options.stateDirectory + "/retention.log"
        let failed: @Sendable (StorageError) -> Void = { self.complain("\($0)") }
        return FileManager.default.fileExists(atPath: path)
            ? storage.extend(path, onFailure: failed) : storage.create(path, onFailure: failed)
    }

    private func forget(_ directory: String) async {
        sessions.removeAll { $0.document.directory == directory }
        do {
            try await catalog.forget(directory: directory)
        } catch {
            complain("\(error)")
        }
    }

    /// Keeps a recording whatever the retention says, or lets it go.
    public func hold(_ id: String, _ isHeld: Bool) async throws -> RecordingDocument {
        let document = try await recording(id)
        let path = document.directory + "/" + RecordingShelf.holdName
        do {
            if isHeld {
                try await storage.replaceFile(path, with: [])
            } else if FileManager.default.fileExists(atPath: path) {
                try await storage.delete(path)
            }
        } catch {
            throw Problem(status: 507, title: "Storage failed", detail: "\(error)")
        }
        return document
    }
}
