import CommandLineOptions
import EventLoop
import Foundation
import Storage
import Units

// What the disks are like, and what follows from it.
extension Hub {
    /// How often the disks are looked at.
    private static let lookInterval = Duration.seconds(1)
    /// A disk that keeps a thread waiting for so long is called slow: a hundred syncs take less.
    private static let slowness = Duration.seconds(2)

    /// Looks at the disks until the task is cancelled.
    func watchDisks() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.lookInterval)
            await lookForRoom()
            lookForSlowness(at: SystemClock.now())
        }
    }

    /// Refuses a recording for which there is not as much room as recordings are started with.
    func checkRoom(for request: RecordingRequest) async throws {
        let path = Self.existingPart(of: request.directory ?? options.recordRoot)
        let free: Int
        do {
            free = try await storage.freeByteCount(at: path)
        } catch {
            throw Problem(status: 507, title: "Storage failed", detail: "\(error)", field: "directory")
        }
        guard free < options.minimumFree.bytes else { return }
        throw Problem(
            status: 507, title: "Disk full",
            detail: "only \(ByteCount(free)) are free at \(path), and --min-free wants \(options.minimumFree): "
                + "free some space, record elsewhere, or lower --min-free",
            field: request.directory == nil ? nil : "directory")
    }

    /// The directory itself, or what there is of the way to it.
    static func existingPart(of directory: String) -> String {
        var url = URL(fileURLWithPath: directory).standardizedFileURL
        while url.path != "/", !FileManager.default.fileExists(atPath: url.path) { url.deleteLastPathComponent() }
        return url.path
    }

    private func lookForRoom() async {
        let now = SystemClock.now()
        if let free = try? await storage.freeByteCount(at: Self.existingPart(of: options.recordRoot)) {
            isShortOfRoom = free < options.minimumFree.bytes
            forecast.note(free: free, at: now)
            if let left = forecast.nextAlarm(at: now) {
                tellAll("diskFilling", "Disk full in \(left.roughly): \(ByteCount(free)) are free")
            }
        }
        for session in sessions where session.document.state != .finished {
            // A disk that cannot be asked has no room that could be counted on.
            let free = try? await storage.freeByteCount(at: session.document.directory)
            session.disk.hasRoom = free.map { $0 >= options.minimumFree.bytes } ?? false
        }
    }

    private func lookForSlowness(at now: Instant) {
        let stall = storage.stall(at: now)
        switch (slowSince, stall >= Self.slowness) {
        case (nil, true):
            slowSince = now - stall
            tellAll(
                "storageSlow", "the disk keeps writes waiting; \(ByteCount(storage.queuedByteCount)) wait in memory")
        case (let since?, false):
            slowSince = nil
            let seconds = since.duration(to: now).wholeMilliseconds / 1000
            tellAll("storageRecovered", "the disk goes on after \(seconds) s; nothing was left out")
        case (nil, false), (.some, true): break
        }
    }

    private func tellAll(_ type: String, _ detail: String) {
        complain("\(type): \(detail)")
        for session in sessions where session.document.state != .finished {
            session.note(type, detail)
            session.log.info("\(type): \(detail)")
        }
    }
}

extension ServiceOptions.Durability {
    /// What storage does for it.
    var ofStorage: StorageThreads.Durability {
        switch self {
        case .power: .power(every: .seconds(1))
        case .process: .process
        }
    }
}
