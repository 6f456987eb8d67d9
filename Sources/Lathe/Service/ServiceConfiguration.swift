import Channel
import Foundation
import Service
import Units

/// Which profile a channel has whose first user does not name one (the legacy `CHANNEL_PROFILE_TYPE`).
public enum ChannelProfileType: Int, Codable, Sendable {
    case communication = 0
    case live = 1
}

/// How a `LatheService` is run.
///
/// Every field has a value that is fine for a first try. It can be read from JSON, with the names of the fields as keys.
public struct ServiceConfiguration: Equatable, Sendable {
    /// The project's id, kept as a word: channels are told apart by their names alone.
    public var appID = ""
    /// Which profile a channel has whose first user does not name one.
    public var channelProfile = ChannelProfileType.live
    /// Where recordings go; made if it is missing.
    public var recordRoot = "recordings"
    /// The UDP ports that media arrives at, one a thread, taken from the low end.
    public var lowUDPPort: UInt16 = 40_000
    public var highUDPPort: UInt16 = 40_015
    /// Whether clients come by HTTP: WHIP, the API and the page.
    ///
    /// Without it your own server hands their offers to `LatheService.admit`.
    public var hasHTTP = true
    /// Where HTTP listens; port 0 is any that is free.
    public var httpHost = "127.0.0.1"
    public var httpPort: UInt16 = 8_080
    /// Addresses to announce to clients besides the machine's own, such as a router's public side.
    public var publicAddresses: [String] = []
    /// Whether recordings go on that a crash interrupted; otherwise their files are made whole and closed.
    public var continuesRecordings = false

    public init() {}

    /// What the engine is told.
    func options() throws -> ServiceOptions {
        var options = ServiceOptions()
        options.recordRoot = recordRoot
        guard !recordRoot.isEmpty else {
            throw RecorderError.badField("recordRoot", "recordRoot is empty; name a directory, such as recordings")
        }
        guard lowUDPPort > 0, lowUDPPort <= highUDPPort else {
            throw RecorderError.badField(
                "lowUDPPort", "lowUDPPort is at least 1 and at most highUDPPort \(highUDPPort), not \(lowUDPPort)")
        }
        options.udpPorts = lowUDPPort...highUDPPort
        (options.httpHost, options.httpPort) = (httpHost, httpPort)
        options.publicIPs = try publicAddresses.map { text in
            guard let address = IPAddress(text) else {
                throw RecorderError.badField(
                    "publicAddresses",
                    "publicAddresses are IPv4 or IPv6 addresses, not '\(text)'; names are not looked up")
            }
            return address
        }
        options.usualProfile = channelProfile == .live ? .live : .communication
        options.continuesRecordings = continuesRecordings
        // What goes wrong is told as events, and by errors; standard error belongs to the program.
        options.logLevel = .error
        return options
    }
}

extension ServiceConfiguration: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case appID, channelProfile, recordRoot, lowUDPPort, highUDPPort, hasHTTP, httpHost, httpPort, publicAddresses
        case continuesRecordings
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseStrangers(to: CodingKeys.allCases)
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        try keys.read(.appID, into: &appID)
        try keys.read(.channelProfile, into: &channelProfile)
        try keys.read(.recordRoot, into: &recordRoot)
        try keys.read(.lowUDPPort, into: &lowUDPPort)
        try keys.read(.highUDPPort, into: &highUDPPort)
        try keys.read(.hasHTTP, into: &hasHTTP)
        try keys.read(.httpHost, into: &httpHost)
        try keys.read(.httpPort, into: &httpPort)
        try keys.read(.publicAddresses, into: &publicAddresses)
        try keys.read(.continuesRecordings, into: &continuesRecordings)
    }
}
