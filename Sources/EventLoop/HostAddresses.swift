import CLinux
public import Units

/// The addresses that this machine has now.
public enum HostAddresses {
    /// Every address of every interface that is up, as the kernel lists them, each once.
    public static func all() throws -> [IPAddress] {
        var room = [clinux_address](repeating: clinux_address(), count: 64)
        var count = Int(try SystemError.check(unsafe clinux_host_addresses(&room, 64), "list network interfaces"))
        if count > room.count {
            room = [clinux_address](repeating: clinux_address(), count: count)
            count = min(count, Int(unsafe clinux_host_addresses(&room, CInt(count))))
        }
        var seen: Set<IPAddress> = []
        return room.prefix(max(0, count)).map(IPAddress.init).filter { seen.insert($0).inserted }
    }

    /// Those that another machine may reach: no loopback, nothing that is valid on one link only.
    public static func reachable() throws -> [IPAddress] {
        try all().filter { !$0.isLoopback && !$0.isLinkLocal }
    }
}
