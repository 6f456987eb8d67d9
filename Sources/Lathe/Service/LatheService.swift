import API
import Glibc
import Service

/// The whole engine in this process: channels that clients join, and recorders that record them.
///
/// One is enough for any number of recorders. Make it, start it, make recorders, and stop it before the process ends:
/// stopping closes all files. It takes the place of the legacy `IAgoraService`.
public actor LatheService {
    /// What it was made with.
    public nonisolated let configuration: ServiceConfiguration

    private enum State {
        case idle
        case starting
        case running(RunningServer)
        case stopped
    }

    private let options: ServiceOptions
    private var state = State.idle
    private var parameters = ServiceParameters()

    /// A service that is not started; fails if the configuration cannot be used, naming the field.
    public init(_ configuration: ServiceConfiguration = ServiceConfiguration()) throws {
        self.configuration = configuration
        options = try configuration.options()
    }

    /// Which version of Lathe this is.
    public static var version: String { LatheVersion.text }

    /// Opens the ports, makes whole what a crash left, and begins to serve clients.
    ///
    /// Fails with a sentence if a port is taken; it may be tried again then.
    public func start() async throws {
        guard case .idle = state else {
            throw RecorderError(.invalidState, "the service was started already; make another to start anew")
        }
        state = .starting
        do {
            state = .running(try await RunningServer(try options.validated(), hasHTTP: configuration.hasHTTP))
        } catch {
            state = .idle
            throw RecorderError(error)
        }
    }

    /// Ends every recording in order, says goodbye to every client, and returns when all files are closed.
    ///
    /// It is not started again: make another. Stopping one that does not run does nothing.
    public func stop() async {
        guard case .running(let server) = state else { return }
        state = .stopped
        await server.stop(signal: SIGINT)
    }

    /// Sets one of the documented private parameters, for recorders that join from now on.
    ///
    /// `che.media_recorder_recover_files` is known; `rtc.enable_proxy` is refused where it is true.
    public func setParameter(_ key: String, _ value: Bool) throws { try parameters.set(key, value) }

    /// Where clients find it, such as `http://127.0.0.1:8080`; nothing without HTTP, or while it does not run.
    public var url: String? {
        guard case .running(let server) = state, configuration.hasHTTP else { return nil }
        return server.url
    }

    /// The UDP ports in use; none while it does not run.
    public var mediaPorts: [UInt16] {
        guard case .running(let server) = state else { return [] }
        return server.hub.mediaPorts
    }

    /// The engine, and what was set; fails while it does not run.
    func engine() throws -> (hub: Hub, recoversFiles: Bool) {
        guard case .running(let server) = state else {
            throw RecorderError(.notReady, "the service does not run; call start first")
        }
        return (server.hub, parameters.recoversFiles)
    }
}

// Users without HTTP.
extension LatheService {
    /// A user who was let in.
    public struct Admission: Equatable, Sendable {
        /// The user's id: the one that was asked for, or a free number.
        public var uid: String
        /// What the client is to be answered, in SDP.
        public var answer: String
        /// What `dismiss` is to be given.
        public var id: String
    }

    /// Lets a user into a channel with the offer of their client, as WHIP does by HTTP (RFC 9725 §4.2).
    ///
    /// `offer` is SDP. Media flows as soon as the client has the answer.
    public func admit(offer: String, to channel: String, uid: String? = nil) async throws -> Admission {
        let hub = try engine().hub
        do {
            let answer = try await hub.publish(
                channel: channel, uid: uid, profile: nil, contentType: "application/sdp", offer: Array(offer.utf8))
            return Admission(uid: answer.uid, answer: answer.answer, id: answer.id)
        } catch {
            throw RecorderError(error)
        }
    }

    /// Lets a user go, as if they had said goodbye.
    public func dismiss(_ admission: Admission, from channel: String) async throws {
        let hub = try engine().hub
        do { try await hub.leave(channel: channel, id: admission.id) } catch { throw RecorderError(error) }
    }
}
