import Bytes

/// What a file is, what would be done about it, and what had to be assumed.
public struct RepairPlan: Sendable {
    /// What is to become of it.
    public enum Verdict: Equatable, Sendable {
        /// There is nothing to do.
        case whole
        /// All that was recorded can be brought back.
        case repairable
        /// Something is lost for good; the rest can be brought back.
        case partly
        /// There is nothing in it.
        case empty
        case hopeless(RepairRefusal)
    }

    /// The file it is about.
    public let path: String
    public let kind: FileKind
    public internal(set) var verdict: Verdict
    /// The file that would come of it.
    public internal(set) var output: String?
    /// What was found, what would be done and what had to be assumed, in sentences.
    public internal(set) var notes: [String]
    /// How long what can be brought back plays, as far as that is known before.
    public internal(set) var durationMilliseconds: Int64?
    var work: RepairWork

    init(
        _ file: FilePath, _ kind: FileKind, _ verdict: Verdict, output: FilePath? = nil, notes: [String] = [],
        durationMilliseconds: Int64? = nil, work: RepairWork = .none
    ) {
        path = file.path
        self.kind = kind
        self.verdict = verdict
        self.output = output?.path
        self.notes = notes
        self.durationMilliseconds = durationMilliseconds
        self.work = work
    }

    /// How many bytes there are to be read, and so at most to be written, but for an index.
    var byteCount: Int {
        let files: [FilePath] =
            switch work {
            case .none: []
            case .amend, .pieces, .samples, .text, .journal, .transport: [FilePath(path)]
            case .streams(let work): work.streams.files
            case .janus(let work): [work.pictures?.file, work.sound?.file].compactMap { $0 }
            }
        return files.reduce(0) { $0 + $1.byteCount }
    }

    /// Whether there is something to be done that can be.
    public var isActionable: Bool { verdict == .repairable || verdict == .partly }
}

/// What has to be done for a repair.
enum RepairWork: Sendable {
    case none
    /// The file is copied, and the copy amended.
    case amend([FileWrite])
    /// Pieces of the file are put together anew.
    case pieces([FilePiece])
    /// Samples that lie in the file are put into a new one.
    case samples(MovieSamples)
    /// The streams beside a take are put together.
    case streams(StreamsWork)
    /// The samples of a file without index are found by the times beside it.
    case journal(JournalWork)
    case transport(TransportWork)
    case janus(JanusWork)
    /// A small file gets a new content.
    case text(String)
}
