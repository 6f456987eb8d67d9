import CMicrohttpd
import Glibc
import Units

/// A bound, listening socket.
///
/// Made by us rather than by libmicrohttpd, which would not say why it cannot listen. From there on it is
/// libmicrohttpd's, which closes it when it stops, and also when it cannot start.
struct Listener {
    let descriptor: CInt
    /// Where it really listens, the port filled in.
    let address: TransportAddress

    /// Whether it is an IPv6 socket, be its address one that stands for both families.
    let isV6: Bool

    /// How many connections the kernel keeps until we accept them.
    private static let backlog: CInt = 511

    init(host: String, port: UInt16) throws(HTTPServerError) {
        let place = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        let resolved = try unsafe Self.resolve(host, port, place)
        defer { unsafe freeaddrinfo(resolved) }
        guard let chosen = unsafe Self.preferred(resolved) else {
            throw HTTPServerError("cannot listen on \(place): the name has no address")
        }
        let descriptor = unsafe socket(
            chosen.pointee.ai_family, SocketType.stream | SocketType.closedOnExecution, 0)
        guard descriptor >= 0 else { throw HTTPServerError("cannot listen on \(place): \(describe(errno))") }
        guard unsafe Self.listen(descriptor, chosen), let address = boundAddress(of: descriptor) else {
            let reason = errno
            close(descriptor)
            throw HTTPServerError("cannot listen on \(place): \(Self.remedy(for: reason))")
        }
        self.descriptor = descriptor
        isV6 = unsafe chosen.pointee.ai_family == AF_INET6
        self.address = address
    }

    private static func resolve(_ host: String, _ port: UInt16, _ place: String) throws(HTTPServerError)
        -> UnsafeMutablePointer<
            addrinfo
        >
    {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = SocketType.stream
        unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(host, String(port), &hints, &found)
        guard status == 0, let found = unsafe found else {
            let reason = unsafe gai_strerror(status).map { unsafe String(cString: $0) } ?? "no reason given"
            throw HTTPServerError("cannot listen on \(place): the name is not known (\(reason))")
        }
        return unsafe found
    }

    /// The first IPv4 address, or else the first: what `localhost` means to most clients.
    private static func preferred(_ first: UnsafeMutablePointer<addrinfo>) -> UnsafeMutablePointer<addrinfo>? {
        var candidate: UnsafeMutablePointer<addrinfo>? = unsafe first
        while let current = unsafe candidate {
            if unsafe current.pointee.ai_family == AF_INET { return unsafe current }
            unsafe candidate = current.pointee.ai_next
        }
        return unsafe first
    }

    private static func listen(_ descriptor: CInt, _ place: UnsafeMutablePointer<addrinfo>) -> Bool {
        // A server that restarts must not wait for its old connections to be forgotten.
        var (on, off): (CInt, CInt) = (1, 0)
        let size = socklen_t(MemoryLayout<CInt>.size)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size)
        // `::` stands for every address of either family, whatever the system's default is.
        if unsafe place.pointee.ai_family == AF_INET6 {
            _ = unsafe setsockopt(descriptor, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &off, size)
        }
        guard unsafe bind(descriptor, place.pointee.ai_addr, place.pointee.ai_addrlen) == 0 else { return false }
        return Glibc.listen(descriptor, backlog) == 0
    }

    private static func remedy(for reason: CInt) -> String {
        switch reason {
        case EADDRINUSE:
            "another program listens there; stop it, or choose another port (0 takes any that is free)"
        case EACCES: "this user may not use that port; choose one from 1024 on"
        case EADDRNOTAVAIL:
            "this machine does not have that address; use one of its own, 127.0.0.1 for local clients only, "
                + "or 0.0.0.0 for all"
        default: describe(reason)
        }
    }
}

/// Kinds of sockets, which Glibc gives a type of their own.
private enum SocketType {
    static let stream = CInt(SOCK_STREAM.rawValue)
    static let closedOnExecution = CInt(SOCK_CLOEXEC.rawValue)
}

/// The system's words for an error.
func describe(_ reason: CInt) -> String { unsafe String(cString: strerror(reason)) }

private func boundAddress(of descriptor: CInt) -> TransportAddress? {
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return unsafe withUnsafeMutablePointer(to: &storage) { storage in
        unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            guard unsafe getsockname(descriptor, address, &size) == 0 else { return nil }
            return unsafe TransportAddress(address)
        }
    }
}

extension TransportAddress {
    /// Reads the kernel's form; nothing if it is of neither Internet family.
    init?(_ address: UnsafePointer<sockaddr>) {
        switch CInt(unsafe address.pointee.sa_family) {
        case AF_INET:
            let v4 = unsafe UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self)
            self.init(ip: .v4(UInt32(bigEndian: v4.sin_addr.s_addr)), port: UInt16(bigEndian: v4.sin_port))
        case AF_INET6:
            let v6 = unsafe UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in6.self)
            let halves = unsafe withUnsafeBytes(of: v6.sin6_addr) { bytes in
                unsafe (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            }
            self.init(
                ip: .unmapped(high: UInt64(bigEndian: halves.0), low: UInt64(bigEndian: halves.1)),
                port: UInt16(bigEndian: v6.sin6_port))
        default: return nil
        }
    }
}

extension IPAddress {
    /// An IPv6 address, or the IPv4 address that a dual-stack socket shows as one (RFC 4291 §2.5.5.2).
    fileprivate static func unmapped(high: UInt64, low: UInt64) -> IPAddress {
        high == 0 && low >> 32 == 0xFFFF ? .v4(UInt32(truncatingIfNeeded: low)) : .v6(high: high, low: low)
    }
}
