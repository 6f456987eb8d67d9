/// What kind of error it is, by the numbers of the product that Lathe stands in for (its `ERROR_CODE_TYPE`).
///
/// Only those that Lathe has a use for.
public enum ErrorCode: Int, Sendable, CaseIterable {
    case failed = 1
    case invalidArgument = 2
    /// Something has to be started first.
    case notReady = 3
    case notSupported = 4
    case refused = 5
    /// Of the C interface: what was asked for does not fit.
    case bufferTooSmall = 6
    /// What was asked for belongs to another mode, or another moment.
    case invalidState = 8
    case joinChannelRejected = 17
    case alreadyInUse = 19
    case resourceLimited = 22
    case invalidChannelName = 102
    case invalidToken = 110
    case notInChannel = 113
    case invalidUserID = 121
}
