import Foundation
import Service

/// How a recording is told of on the terminal.
protocol RecordingVoice: Sendable {
    func began(_ document: RecordingDocument)
    func happened(_ event: RecordingDocument.Event, in document: RecordingDocument)
    /// What a signal does.
    func obeyed(_ signal: Int32, _ words: String)
    func ended(_ document: RecordingDocument)
}

/// One recording from its start to its end, by whoever does it.
struct RecordingRun: Sendable {
    let recorder: any Recorder
    let voice: any RecordingVoice
    /// Signals that ask for something, in their order: SIGUSR1 to record, SIGUSR2 to pause, any other to end.
    let signals: AsyncStream<Int32>

    /// Does everything, and says whether all files are whole.
    func run(_ request: RecordingRequest) async throws -> Bool {
        try await follow(try await recorder.start(request), request.trigger ?? .automatic)
    }

    /// Follows a recording that has started, and says in the end whether all its files are whole.
    func follow(_ started: RecordingDocument, _ trigger: Trigger) async throws -> Bool {
        var document = started
        voice.began(document)
        let id = document.id
        let obeying = Task { for await signal in signals { await obey(signal, id, trigger) } }
        defer { obeying.cancel() }
        var shown = 0
        while true {
            for event in document.events where event.sequence > shown { voice.happened(event, in: document) }
            shown = document.events.last?.sequence ?? shown
            if document.state == .finished { break }
            try await Task.sleep(for: .milliseconds(200))
            document = try await recorder.document(id)
        }
        voice.ended(document)
        return document.takes.allSatisfy { $0.state == .closed }
    }

    private func obey(_ signal: Int32, _ id: String, _ trigger: Trigger) async {
        do {
            switch signal {
            case SIGUSR1 where trigger == .automatic, SIGUSR2 where trigger == .automatic:
                voice.obeyed(signal, "passed over, since this recording began by itself; --trigger manual obeys it")
            case SIGUSR1:
                voice.obeyed(signal, "recording")
                _ = try await recorder.resume(id)
            case SIGUSR2:
                voice.obeyed(signal, "pausing")
                _ = try await recorder.pause(id)
            default:
                voice.obeyed(signal, "stopping")
                try await recorder.stop(id, signal: signal)
            }
        } catch {
            complain("\(Signals.name(signal)): \(error)")
        }
    }
}

/// The words of `lathe record`.
struct OwnVoice: RecordingVoice {
    func began(_ document: RecordingDocument) {
        say("recording channel '\(document.channel)' to \(document.directory)")
    }

    func happened(_ event: RecordingDocument.Event, in document: RecordingDocument) {
        let seconds = String(format: "%8.3f", Double(event.atMilliseconds) / 1000)
        say("\(seconds)  \(event.type)" + (event.uid.map { " \($0)" } ?? "") + (event.detail.map { "  \($0)" } ?? ""))
    }

    func obeyed(_ signal: Int32, _ words: String) { say("\(Signals.name(signal)): \(words)") }

    func ended(_ document: RecordingDocument) {
        for take in document.takes {
            let seconds = String(format: "%.3f s", Double(take.durationMilliseconds) / 1000)
            say("\(take.file)  \(seconds)  \(take.byteCount) bytes  \(take.state.rawValue)")
        }
        say("ended: \(document.end?.reason ?? "")")
    }
}

/// The words of the older program, which scripts may look for.
struct LegacyVoice: RecordingVoice {
    func began(_ document: RecordingDocument) {
        say("join channel Id: \(document.channel), with uid: 0")
        say("Recording directory is \(document.directory)")
    }

    func happened(_ event: RecordingDocument.Event, in document: RecordingDocument) {
        let (user, detail) = (event.uid ?? "", event.detail ?? "")
        switch event.type {
        case "userJoined": say("User \(user) joined, RecordingDir:\(document.directory)")
        // 0 for who said goodbye, 1 for who was not heard of any more.
        case "userLeft":
            say("User \(user) offline, reason: \(detail == "left" ? 0 : 1)")
            sayPictures(event, in: document)
        case "connectionInterrupted": say("connection is interrupted")
        case "connectionLost": say("connection is lost")
        case "reconnected": say("rejoin channel id : \(document.channel), width uid: 0")
        case "takeOpened", "muted", "unmuted", "frozen", "unfrozen": sayPictures(event, in: document)
        case "writeFailed", "trouble", "storageSlow", "diskFilling", "takeNotMended": complain("warn: \(detail)")
        default: break
        }
    }

    /// Whether pictures come of anybody, if that is new.
    private func sayPictures(_ event: RecordingDocument.Event, in document: RecordingDocument) {
        let before = document.hasPictures(until: event.sequence - 1)
        let now = document.hasPictures(until: event.sequence)
        guard before != now else { return }
        say("pre receiving video status is \(before ? 1 : 0) now receiving video status is \(now ? 1 : 0)")
    }

    func obeyed(_ signal: Int32, _ words: String) { complain("\(Signals.name(signal)): \(words)") }

    func ended(_ document: RecordingDocument) {
        say("leave channel with code:\(document.end?.leaveCode ?? 0)")
        if let end = document.end { complain("ended: \(end.reason)") }
    }
}

extension RecordingDocument {
    /// Whether pictures of anybody came after an event, by the events up to it.
    fileprivate func hasPictures(until sequence: Int) -> Bool {
        var users: Set<String> = []
        for event in events where event.sequence <= sequence {
            guard let uid = event.uid else { continue }
            switch (event.type, event.detail) {
            case ("takeOpened", _):
                // What a file holds is known only a moment after it was begun.
                let isSound = [".aac", ".m4a"].contains { event.detail?.hasSuffix($0) == true }
                if !isSound { users.insert(uid) }
            case ("unmuted", "video"), ("unfrozen", "video"): users.insert(uid)
            case ("muted", "video"), ("frozen", "video"), ("userLeft", _): users.remove(uid)
            default: break
            }
        }
        return !users.isEmpty
    }
}
