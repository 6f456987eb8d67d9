import EventLoop
import Service
import Units

/// `/metrics`: what an operator's monitoring reads, in Prometheus' text format.
enum Metrics {
    static func text(of hub: Hub) async -> String {
        let found = await hub.measure()
        let families =
            calls(found) + packets(found) + threads(found) + storage(found) + stages(found) + events(found)
        return families.map(\.text).joined()
    }

    private static func calls(_ found: HubMeasurements) -> [MetricFamily] {
        var byState = MetricFamily("lathe_recordings_by_state", .gauge, "Recordings that are not over, by their state.")
        for (state, count) in found.recordings { byState.add("state", state.rawValue, count) }
        return [
            MetricFamily("lathe_recordings", .gauge, "Recordings that are running.", found.server.recordingCount),
            byState,
            MetricFamily("lathe_users", .gauge, "Users in all channels.", found.userCount),
            MetricFamily("lathe_peers", .gauge, "Connections that are open.", found.server.peerCount),
        ]
    }

    private static func packets(_ found: HubMeasurements) -> [MetricFamily] {
        let (server, packets) = (found.server, found.packets)
        var fates = MetricFamily(
            "lathe_media_packets_total", .counter, "Packets of media by their fate; received ones include the repaired."
        )
        for (fate, count) in [
            ("received", packets.received), ("lost", packets.lost), ("repaired", packets.repaired),
            ("recovered", packets.recovered),
        ] {
            fates.add("fate", fate, count)
        }
        var frames = MetricFamily("lathe_frames_total", .counter, "Frames by their fate.")
        frames.add("fate", "whole", packets.frames)
        frames.add("fate", "dropped", packets.droppedFrames)
        return [
            MetricFamily("lathe_packets_received_total", .counter, "Datagrams read.", server.packetsIn),
            MetricFamily("lathe_packets_sent_total", .counter, "Datagrams sent.", server.packetsOut),
            MetricFamily(
                "lathe_send_drops_total", .counter, "Datagrams dropped at full send buffers.", server.sendDrops),
            MetricFamily(
                "lathe_stranger_packets_total", .counter, "Datagrams of unknown senders.", server.strangers),
            MetricFamily(
                "lathe_refused_packets_total", .counter, "Datagrams of known senders that were thrown away.",
                packets.refused),
            fates, frames,
            MetricFamily(
                "lathe_nacks_total", .counter, "Packets asked for again, repeats included.", packets.requested),
            MetricFamily(
                "lathe_keyframe_requests_total", .counter, "Keyframes asked of senders.", packets.keyframeRequests),
        ]
    }

    private static func threads(_ found: HubMeasurements) -> [MetricFamily] {
        var busy = MetricFamily("lathe_loop_busy_seconds_total", .counter, "How long each thread was at work.")
        var late = MetricFamily(
            "lathe_loop_worst_lateness_seconds", .gauge, "How late a thread served a deadline at worst since the start."
        )
        for loop in found.loops {
            busy.add("loop", loop.name, loop.busySeconds)
            late.add("loop", loop.name, loop.worstLatenessSeconds)
        }
        var waits = MetricFamily(
            "lathe_datagram_wait_seconds", .histogram, "How long datagrams lay in the kernel before they were read.")
        waits.add(
            bounds: found.server.datagramWaits.compactMap(\.upToMilliseconds),
            counts: found.server.datagramWaits.map(\.count), seconds: found.server.datagramWaitSeconds)
        var work = MetricFamily(
            "lathe_capture_work_seconds_total", .counter,
            "How long capture workers worked on sound, which is decoded and encoded, and on everything else.")
        work.add("kind", "sound", found.soundSeconds)
        work.add("kind", "other", found.otherCaptureSeconds)
        return [busy, late, waits, work]
    }

    private static func storage(_ found: HubMeasurements) -> [MetricFamily] {
        let server = found.server
        var families = [
            MetricFamily(
                "lathe_capture_waiting_frames", .gauge, "Frames on their way to a file.", server.captureWaitingCount),
            MetricFamily("lathe_storage_queued_bytes", .gauge, "Bytes waiting for the disk.", server.queuedByteCount),
            MetricFamily("lathe_storage_written_bytes_total", .counter, "Bytes written.", server.writtenByteCount),
            MetricFamily("lathe_storage_syncs_total", .counter, "How often files were synced.", found.syncCount),
            MetricFamily(
                "lathe_storage_failed_files_total", .counter, "Files that the disk refused something of.",
                found.failedFileCount),
            MetricFamily(
                "lathe_storage_stall_seconds", .gauge, "How long the disk has kept a thread waiting by now.",
                found.diskStallSeconds),
        ]
        if let free = server.freeByteCount {
            families.append(
                MetricFamily("lathe_disk_free_bytes", .gauge, "Bytes free on the disk of the recordings.", free))
        }
        if let left = server.diskFullInSeconds {
            families.append(
                MetricFamily("lathe_disk_full_seconds", .gauge, "How long until the disk is full at this pace.", left))
        }
        return families
    }

    private static func stages(_ found: HubMeasurements) -> [MetricFamily] {
        var stages = MetricFamily(
            "lathe_stage_seconds", .histogram,
            "How long media took to each stage from the one before: received, placed in a file, written, synced.")
        for (stage, histogram) in [("placed", found.placed), ("written", found.written), ("synced", found.synced)] {
            stages.add(
                bounds: LatencyHistogram.bounds, counts: histogram.counts,
                seconds: Double(histogram.total.wholeNanoseconds) / 1e9, label: ("stage", stage))
        }
        return [stages]
    }

    private static func events(_ found: HubMeasurements) -> [MetricFamily] {
        var deliveries = MetricFamily(
            "lathe_webhook_deliveries_total", .counter, "Deliveries to webhooks by their outcome.")
        for (outcome, count) in found.deliveries { deliveries.add("outcome", outcome, count) }
        return [
            MetricFamily("lathe_events_waiting", .gauge, "Events that wait for the disk.", found.waitingEventCount),
            MetricFamily(
                "lathe_events_dropped_total", .counter, "Events that found no room to wait in.",
                found.droppedEventCount),
            MetricFamily(
                "lathe_event_readers", .gauge, "Clients that follow the events.", found.eventReaderCount),
            deliveries,
            MetricFamily(
                "lathe_webhook_pending_events", .gauge, "Events that webhooks have not got.",
                found.pendingDeliveryCount),
            MetricFamily(
                "lathe_webhook_pausing_recordings", .gauge, "Recordings of which events wait after a failed delivery.",
                found.pausingDeliveryCount),
        ]
    }
}
