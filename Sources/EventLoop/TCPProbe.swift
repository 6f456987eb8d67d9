import CLinux
import Glibc
public import Units

/// Tries a TCP port without listening at it.
public enum TCPProbe {
    /// Binds an address for a moment; returns 0 if that works, else the kernel's `errno`.
    public static func bind(_ address: TransportAddress) -> CInt {
        var address = clinux_address(address)
        return -(unsafe clinux_tcp_probe(&address))
    }
}
