import Service

/// `/metrics`: what an operator's monitoring reads, in Prometheus' text format.
enum Metrics {
    static func text(of hub: Hub) async -> String {
        let server = await hub.describeServer()
        var metrics: [(String, String, String, Int)] = [
            ("lathe_peers", "gauge", "Connections that are open.", server.peerCount),
            ("lathe_recordings", "gauge", "Recordings that are running.", server.recordingCount),
            ("lathe_packets_received_total", "counter", "Datagrams read.", server.packetsIn),
            ("lathe_packets_sent_total", "counter", "Datagrams sent.", server.packetsOut),
            ("lathe_send_drops_total", "counter", "Datagrams dropped at full send buffers.", server.sendDrops),
            ("lathe_stranger_packets_total", "counter", "Datagrams of unknown senders.", server.strangers),
            ("lathe_capture_waiting_frames", "gauge", "Frames on their way to a file.", server.captureWaitingCount),
            ("lathe_storage_queued_bytes", "gauge", "Bytes waiting for the disk.", server.queuedByteCount),
            ("lathe_storage_written_bytes_total", "counter", "Bytes written.", server.writtenByteCount),
        ]
        // What is not known is left out, as Prometheus wants it.
        if let free = server.freeByteCount {
            metrics.append(("lathe_disk_free_bytes", "gauge", "Bytes free on the disk of the recordings.", free))
        }
        if let left = server.diskFullInSeconds {
            metrics.append(
                ("lathe_disk_full_seconds", "gauge", "How long until the disk is full at this pace.", Int(left)))
        }
        return metrics.map { "# HELP \($0.0) \($0.2)\n# TYPE \($0.0) \($0.1)\n\($0.0) \($0.3)\n" }.joined()
            + waits(of: server)
    }

    /// A histogram as Prometheus wants it: each class counts those before it, too.
    private static func waits(of server: ServerDocument) -> String {
        let name = "lathe_datagram_wait_seconds"
        var text =
            "# HELP \(name) How long datagrams lay in the kernel before they were read.\n# TYPE \(name) histogram\n"
        var count = 0
        for wait in server.datagramWaits {
            count += wait.count
            let bound = wait.upToMilliseconds.map { "\(Double($0) / 1000)" } ?? "+Inf"
            text += "\(name)_bucket{le=\"\(bound)\"} \(count)\n"
        }
        return text + "\(name)_sum \(server.datagramWaitSeconds)\n\(name)_count \(count)\n"
    }
}
