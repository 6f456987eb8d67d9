/// How repairs are to be made.
public struct RepairOptions: Equatable, Sendable {
    /// Whether what was repaired takes the place of what was damaged.
    ///
    /// Otherwise it lies beside it, and nothing is ever overwritten.
    public var isInPlace = false

    public init(isInPlace: Bool = false) { self.isInPlace = isInPlace }
}

/// How far a repair has come, in bytes read.
public struct RepairProgress: Equatable, Sendable {
    public var doneByteCount: Int
    public var byteCount: Int
}

/// Hears how far a repair has come, often; what it throws ends the repair, and nothing is left of it.
public typealias ProgressListener = (RepairProgress) throws -> Void
