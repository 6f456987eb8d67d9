/// How a publisher and a server agree on a session.
protocol Signaller: Sendable {
    /// Sends the offer and returns the answer.
    func exchange(offer: String) async throws -> String

    /// Says goodbye. Failures are of no interest any more.
    func leave() async
}
