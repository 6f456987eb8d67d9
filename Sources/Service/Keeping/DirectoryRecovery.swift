import Capture
import Foundation
import Storage

/// Makes whole what a process that died left in one recording's directory.
struct DirectoryRecovery {
    /// How many files are looked at beside each other: storage mends on so many threads.
    private static let width = 8

    let directory: String
    let storage: StorageThreads

    /// Mends every file and index, and says what became of each file that was not whole; those that hold nothing are
    /// deleted.
    ///
    /// Does no harm to what is whole, and can be interrupted at any moment and done again.
    func recover() async throws -> [String: MendedTake] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        // Streams beside a take have two endings, and are whole as they are.
        let takes = names.filter { name in
            let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            return parts.count == 2 && TakeMender.extensions.contains(String(parts[1]))
        }
        let mended = await mend(takes)
        for (name, take) in mended where take.outcome == .empty { try? await storage.delete(directory + "/" + name) }
        for name in names where HiddenName.isOne(name) { try? await storage.delete(directory + "/" + name) }
        let indexes = names.filter(Self.isIndex) + (await adoptDrafts(among: names))
        for name in indexes { try await mendIndex(name, lengths: mended.mapValues(\.durationMilliseconds)) }
        return mended
    }

    private static func isIndex(_ name: String) -> Bool { name.hasPrefix("uid_") && name.hasSuffix(".txt") }

    /// Lets drafts of indexes take their places where there is none yet, and deletes all others; returns those indexes.
    private func adoptDrafts(among names: [String]) async -> [String] {
        var adopted: [String] = []
        for draft in names {
            guard let name = DraftName.original(of: draft) else { continue }
            if Self.isIndex(name), !names.contains(name) {
                try? await storage.rename(directory + "/" + draft, to: directory + "/" + name)
                adopted.append(name)
            } else {
                try? await storage.delete(directory + "/" + draft)
            }
        }
        return adopted
    }

    private func mend(_ names: [String]) async -> [String: MendedTake] {
        await withTaskGroup(of: (String, MendedTake).self, returning: [String: MendedTake].self) { group in
            var found: [String: MendedTake] = [:]
            for (index, name) in names.enumerated() {
                if index >= Self.width, let (name, take) = await group.next() { found[name] = take }
                group.addTask { (name, await mend(name)) }
            }
            for await (name, take) in group { found[name] = take }
            return found
        }
    }

    private func mend(_ name: String) async -> MendedTake {
        do {
            return try await storage.amend(directory + "/" + name) { TakeMender.plan(for: $0, named: name) }
        } catch {
            return MendedTake(outcome: .hopeless("\(error)"))
        }
    }

    private func mendIndex(_ name: String, lengths: [String: Int64]) async throws {
        let path = directory + "/" + name
        guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            let mended = IndexMender.mended(text, lengths: lengths)
        else { return }
        try await storage.replaceFile(path, with: Array(mended.utf8))
    }
}
