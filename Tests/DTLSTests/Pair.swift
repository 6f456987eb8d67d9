import Bytes
import Secure
import Units

@testable import DTLS

/// Two channels whose datagrams pass through here, so that a test can lose, change and count them.
struct Pair: ~Copyable {
    var client: DTLSChannel
    var server: DTLSChannel
    /// How many datagrams were handed over or lost.
    private(set) var count = 0
    /// The longest datagram seen.
    private(set) var longest = 0

    /// Both sides, who expect each other's certificates unless told otherwise.
    init(
        clientExpects: Fingerprint? = nil, serverExpects: Fingerprint? = nil,
        clientProfiles: [SRTPProfile] = DTLSChannel.defaultProfiles,
        serverProfiles: [SRTPProfile] = DTLSChannel.defaultProfiles,
        firstWait: Duration = .milliseconds(20), datagramByteLimit: Int = DTLSChannel.datagramByteLimit
    ) throws {
        let (clientCertificate, serverCertificate) = (try Certificate(), try Certificate())
        let retransmission = Retransmission(first: firstWait)
        let first = try DTLSChannel(
            role: .client, certificate: clientCertificate,
            expecting: clientExpects ?? serverCertificate.fingerprint, profiles: clientProfiles,
            retransmission: retransmission, datagramByteLimit: datagramByteLimit)
        let second = try DTLSChannel(
            role: .server, certificate: serverCertificate,
            expecting: serverExpects ?? clientCertificate.fingerprint, profiles: serverProfiles,
            retransmission: retransmission, datagramByteLimit: datagramByteLimit)
        client = first
        server = second
    }

    /// Carries datagrams to and fro until both sides are silent; `loses` says of each, by number, if it is lost.
    mutating func exchange(at now: Instant = .ms(0), loses: (Int) -> Bool = { _ in false }) {
        while deliver(at: now, loses: loses) {}
    }

    private mutating func deliver(at now: Instant, loses: (Int) -> Bool) -> Bool {
        var wasBusy = false
        while let record = client.nextRecord() {
            wasBusy = true
            if !note(record, loses) { server.receiveRecord(PacketBuffer(record), at: now) }
        }
        while let record = server.nextRecord() {
            wasBusy = true
            if !note(record, loses) { client.receiveRecord(PacketBuffer(record), at: now) }
        }
        return wasBusy
    }

    private mutating func note(_ record: [UInt8], _ loses: (Int) -> Bool) -> Bool {
        defer { count += 1 }
        longest = max(longest, record.count)
        return loses(count)
    }

    /// The handshake on a network that loses datagrams, with retransmission as time goes by.
    ///
    /// The time is the real one, because OpenSSL's timer knows no other.
    mutating func shakeHands(loses: (Int) -> Bool) async throws {
        let clock = ContinuousClock()
        let origin = clock.now
        func now() -> Instant { .ms(0) + origin.duration(to: clock.now) }
        client.start(at: now())
        exchange(at: now(), loses: loses)
        while let deadline = [client.deadline, server.deadline].compactMap({ $0 }).min() {
            try await clock.sleep(until: origin + .nanoseconds(deadline.nanoseconds))
            client.advance(to: now())
            server.advance(to: now())
            exchange(at: now(), loses: loses)
        }
    }
}
