import CMicrohttpd
import Glibc

/// An answer in libmicrohttpd's form.
@safe struct Reply: ~Copyable {
    private let status: Int
    private let response: OpaquePointer

    private init?(_ status: Int, _ response: OpaquePointer?) {
        guard let response = unsafe response else { return nil }
        self.status = status
        unsafe self.response = response
    }

    /// libmicrohttpd counts references: what was queued lives on.
    deinit { unsafe MHD_destroy_response(response) }

    /// Hands the answer over; only libmicrohttpd's thread may, while it is asking.
    consuming func queue(on connection: Connection) -> MHD_Result {
        unsafe MHD_queue_response(connection.pointer, CUnsignedInt(status), response)
    }

    private borrowing func add(_ headers: HTTPHeaders) {
        for field in headers.fields {
            // A line break would let whoever chose the value write fields of their own.
            let value = String(field.value.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) })
            _ = unsafe MHD_add_response_header(response, field.name, value)
        }
    }
}

extension Reply {
    /// An answer whose bytes are at hand.
    static func bytes(_ bytes: [UInt8], status: Int, headers: HTTPHeaders) -> Reply? {
        let response = unsafe bytes.withUnsafeBytes { bytes in
            unsafe MHD_create_response_from_buffer(
                bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
        }
        guard let reply = unsafe Reply(status, response) else { return nil }
        reply.add(headers)
        return reply
    }

    /// An answer that is still coming into being.
    static func stream(_ body: StreamBody, status: Int, headers: HTTPHeaders) -> Reply? {
        let retained = unsafe Unmanaged.passRetained(body)
        let response = unsafe MHD_create_response_from_callback(
            lathe_mhd_size_unknown(), blockByteCount,
            { body, _, room, count in
                guard let body = unsafe body, let room = unsafe room else { return lathe_mhd_end_of_stream() }
                let stream = unsafe Unmanaged<StreamBody>.fromOpaque(body).takeUnretainedValue()
                switch unsafe stream.read(into: UnsafeMutableRawBufferPointer(start: room, count: count)) {
                case .sent(let count): return count
                case .wait: return 0
                case .end: return lathe_mhd_end_of_stream()
                }
            },
            retained.toOpaque(),
            { body in
                guard let body = unsafe body else { return }
                unsafe Unmanaged<StreamBody>.fromOpaque(body).takeRetainedValue().release()
            })
        guard let reply = unsafe Reply(status, response) else {
            unsafe retained.release()
            return nil
        }
        reply.add(headers)
        return reply
    }

    /// How much of a stream is asked for at once.
    private static let blockByteCount = 16_384

    /// An answer that is read from a file while it is sent.
    static func file(_ path: String, to request: HTTPRequest, status: Int, headers: HTTPHeaders) -> Reply? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return missing(errno) }
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return missing(ENOENT)
        }
        let answer = FileAnswer(request, status: status, byteCount: facts.st_size, tag: facts.entityTag)
        var headers = headers
        for field in answer.headers.fields { headers[field.name] = field.value }
        guard !answer.range.isEmpty else {
            close(descriptor)
            return bytes([], status: answer.status, headers: headers)
        }
        let response = unsafe MHD_create_response_from_fd_at_offset64(
            UInt64(answer.range.count), descriptor, UInt64(answer.range.lowerBound))
        guard let reply = unsafe Reply(answer.status, response) else {
            close(descriptor)
            return nil
        }
        reply.add(headers)
        return reply
    }

    private static func missing(_ reason: CInt) -> Reply? {
        let (status, text) =
            switch reason {
            case ENOENT, ENOTDIR, ENAMETOOLONG: (404, "There is no such file.\n")
            case EACCES, EPERM: (403, "The server may not read that file.\n")
            default: (500, "The file cannot be opened: \(describe(reason)).\n")
            }
        return bytes(Array(text.utf8), status: status, headers: ["Content-Type": "text/plain; charset=utf-8"])
    }
}

extension stat {
    /// Names this version of the file: it changes with the size and with each write.
    fileprivate var entityTag: String {
        let written = UInt64(bitPattern: Int64(st_mtim.tv_sec)) &* 1_000_000_000 &+ UInt64(st_mtim.tv_nsec)
        return "\"\(String(st_size, radix: 16))-\(String(written, radix: 16))\""
    }
}
