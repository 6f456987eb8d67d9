/// One recording as the catalogue knows it.
public struct CatalogEntry: Equatable, Sendable {
    /// The recording's id.
    public var id: String
    public var channel: String
    /// Where its files are, as an absolute path.
    public var directory: String
    /// When it was started on the wall clock, in nanoseconds since 1970: zero on its timeline.
    public var startedAtUnixNanoseconds: Int64
    /// What was asked for, as a JSON document that only its writer reads.
    public var request: String
    /// Whether whoever starts after a crash goes on with it, rather than close its files.
    public var isContinued: Bool
    /// The run of the machine and the process that record it.
    public var run: CatalogRun
    /// How often it was found without its process.
    public var interruptionCount = 0
    /// Why its end was asked for, as its writer puts it; nothing while it goes on.
    public var ending: String?
    /// The story at its end, as a JSON document; nothing while it should be going on.
    public var document: String?
    /// What the caller called the request, so that it can be sent twice and start one recording.
    public var key: String?

    public init(
        id: String, channel: String, directory: String, startedAtUnixNanoseconds: Int64, request: String,
        isContinued: Bool, run: CatalogRun
    ) {
        self.id = id
        self.channel = channel
        self.directory = directory
        self.startedAtUnixNanoseconds = startedAtUnixNanoseconds
        self.request = request
        self.isContinued = isContinued
        self.run = run
    }
}

/// Where a recording stands in the order of their beginnings.
public struct CatalogPlace: Comparable, Sendable {
    public var startedAtUnixNanoseconds: Int64
    public var id: String

    public init(startedAtUnixNanoseconds: Int64, id: String) {
        self.startedAtUnixNanoseconds = startedAtUnixNanoseconds
        self.id = id
    }

    public static func < (left: CatalogPlace, right: CatalogPlace) -> Bool {
        (left.startedAtUnixNanoseconds, left.id) < (right.startedAtUnixNanoseconds, right.id)
    }
}

/// One life of a process: what tells a killed process from a machine that lost its power.
public struct CatalogRun: Equatable, Sendable {
    /// What Linux calls this run of the machine, `/proc/sys/kernel/random/boot_id`.
    public var boot: String
    public var process: Int32

    public init(boot: String, process: Int32) {
        self.boot = boot
        self.process = process
    }
}
