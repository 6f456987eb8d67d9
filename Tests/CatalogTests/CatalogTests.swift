import Foundation
import Testing

@testable import Catalog

@Suite("The catalogue of recordings")
struct CatalogTests {
    private static func entry(_ number: Int, isContinued: Bool = true) -> CatalogEntry {
        CatalogEntry(
            id: "id\(number)", channel: "room ‘\(number)’", directory: "/r/\(number)",
            startedAtUnixNanoseconds: 1_790_000_000_000_000_000 + Int64(number), request: #"{"channel":"ü\u0000"}"#,
            isContinued: isContinued, run: CatalogRun(boot: "b", process: 7))
    }

    @Test("keeps what should be recorded, over the end of whoever wrote it")
    func intent() async throws {
        try await withCatalogPath { path in
            do {
                let catalog = try Catalog(path: path)
                try await catalog.begin(Self.entry(2))
                try await catalog.begin(Self.entry(1, isContinued: false))
            }
            let catalog = try Catalog(path: path)
            #expect(try await catalog.unfinished() == [Self.entry(1, isContinued: false), Self.entry(2)])
            #expect(try await catalog.finished(limit: 10) == [])
        }
    }

    @Test("is made once, however many begin with it at the same moment")
    func together() async throws {
        try await withCatalogPath { path in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<12 {
                    group.addTask { try await Catalog(path: path).begin(Self.entry(number)) }
                }
                try await group.waitForAll()
            }
            #expect(try await Catalog(path: path).unfinished().count == 12)
        }
    }

    @Test("counts how often a recording was found without its process")
    func interruptions() async throws {
        try await withCatalogPath { path in
            let catalog = try Catalog(path: path)
            try await catalog.begin(Self.entry(1))
            try await catalog.resume("id1", by: CatalogRun(boot: "c", process: 8))
            try await catalog.resume("id1", by: CatalogRun(boot: "c", process: 9))
            let found = try #require(try await catalog.entry("id1"))
            #expect(found.interruptionCount == 2)
            #expect(found.run == CatalogRun(boot: "c", process: 9))
        }
    }

    @Test("knows whose end was asked for")
    func endings() async throws {
        try await withCatalogPath { path in
            let catalog = try Catalog(path: path)
            try await catalog.begin(Self.entry(1))
            try await catalog.end("id1", because: "stopped")
            #expect(try await catalog.unfinished().map(\.ending) == ["stopped"])
        }
    }

    @Test("lists what is over, newest first, and forgets it")
    func ends() async throws {
        try await withCatalogPath { path in
            let catalog = try Catalog(path: path)
            for number in 0..<5 {
                try await catalog.begin(Self.entry(number))
                if number < 4 { try await catalog.end("id\(number)", document: "{\(number)}") }
            }
            #expect(try await catalog.finished(limit: 3).map(\.id) == ["id3", "id2", "id1"])
            #expect(try await catalog.finished(limit: 3).map(\.document) == ["{3}", "{2}", "{1}"])
            #expect(try await catalog.unfinished().map(\.id) == ["id4"])
            try await catalog.forget("id2")
            #expect(try await catalog.finished(limit: 9).map(\.id) == ["id3", "id1", "id0"])
            #expect(try await catalog.entry("id2") == nil)
        }
    }

    @Test("refuses an id that is there")
    func duplicate() async throws {
        try await withCatalogPath { path in
            let catalog = try Catalog(path: path)
            try await catalog.begin(Self.entry(1))
            await #expect(throws: CatalogError.self) { try await catalog.begin(Self.entry(1)) }
        }
    }

    @Test("says of a file that is no database that it is damaged, and of a directory that is missing what to do")
    func refusals() async throws {
        try await withCatalogPath { path in
            try Data(repeating: 7, count: 8192).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: CatalogError.self) { _ = try Catalog(path: path) }
            #expect(error?.isDamage == true)
            let other = #expect(throws: CatalogError.self) { _ = try Catalog(path: path + "/none/lathe.db") }
            #expect(other?.isDamage == false)
            #expect(other?.description.contains("See that its directory exists") == true)
        }
    }

    @Test("takes orders from many at once")
    func concurrency() async throws {
        try await withCatalogPath { path in
            let catalog = try Catalog(path: path)
            try await withThrowingTaskGroup { group in
                for number in 0..<40 {
                    group.addTask {
                        try await catalog.begin(Self.entry(number))
                        if number.isMultiple(of: 2) { try await catalog.end("id\(number)", document: "{}") }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await catalog.unfinished().count == 20)
        }
    }
}
