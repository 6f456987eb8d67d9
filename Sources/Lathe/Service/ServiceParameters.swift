/// The private parameters of the product that Lathe stands in for, by their documented names.
struct ServiceParameters: Equatable, Sendable {
    /// Whether recordings that are joined from now on write plain streams beside each MP4.
    private(set) var recoversFiles = false

    /// The names that `set` knows.
    static let keys = ["che.media_recorder_recover_files", "rtc.enable_proxy"]

    /// Sets one of them; refused with a sentence where it cannot be honoured.
    mutating func set(_ key: String, _ value: Bool) throws {
        switch key {
        case "che.media_recorder_recover_files": recoversFiles = value
        case "rtc.enable_proxy": if value { throw RecorderError.noProxy }
        default:
            throw RecorderError.badField(
                key, "there is no parameter '\(key)'; known are: \(Self.keys.joined(separator: ", "))")
        }
    }
}
