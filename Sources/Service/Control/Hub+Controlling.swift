import Capture
import Channel
import EventLoop
import Units

// What a recording that runs can be told.
extension Hub {
    /// Records nothing more of a recording until it is resumed; one that is paused already stays so.
    public func pauseRecording(_ id: String) async throws -> RecordingDocument {
        let session = try running(id)
        guard session.document.isPaused != true else { return session.snapshot(at: SystemClock.now()) }
        let now = SystemClock.now()
        session.document.isPaused = true
        session.document.pauses =
            (session.document.pauses ?? []) + [
                RecordingDocument.Pause(atMilliseconds: session.milliseconds(at: now), untilMilliseconds: nil)
            ]
        session.note("paused")
        session.log.info("stopService: paused")
        tellCaptures(of: session, at: now)
        return session.snapshot(at: now)
    }

    /// Goes on with a recording that is paused, or that waits for its first start; one that runs goes on as it does.
    public func resumeRecording(_ id: String) async throws -> RecordingDocument {
        let session = try running(id)
        guard session.document.isPaused == true else { return session.snapshot(at: SystemClock.now()) }
        let now = SystemClock.now()
        session.document.isPaused = false
        session.begun = session.begun ?? now
        if let last = session.document.pauses?.indices.last {
            session.document.pauses?[last].untilMilliseconds = session.milliseconds(at: now)
        }
        session.note("unpaused")
        session.log.info("startService: recording")
        tellCaptures(of: session, at: now)
        return session.snapshot(at: now)
    }

    /// Changes who is recorded, and for how long, while a recording runs; what is left out stays.
    public func updateRecording(_ id: String, _ update: RecordingUpdate) async throws -> RecordingDocument {
        let session = try running(id)
        if let seconds = update.idleSeconds, !Self.idleLimits.contains(seconds) {
            throw Problem.badField(
                "idleSeconds",
                "idleSeconds lies between \(Self.idleLimits.lowerBound) and \(Self.idleLimits.upperBound), not \(seconds)"
            )
        }
        let changed = update.applied(to: session.document.control ?? RecordingControl())
        if let fault = changed.fault { throw Problem.badField(fault.field, fault.why) }
        if changed.media != .audio, session.document.files.mp3 != .none {
            throw Problem.conflict(
                "media", "MP3 is made of this recording's sound, so it stays audio; start another for pictures")
        }
        session.document.idleSeconds = update.idleSeconds ?? session.document.idleSeconds
        session.document.control = changed
        session.document.streamType = update.streamType ?? session.document.streamType
        session.note("updated", update.words)
        let now = SystemClock.now()
        tellCaptures(of: session, at: now)
        return session.snapshot(at: now)
    }

    /// Records nothing of one user any more, whose files are closed, or records them again; who is not there yet is
    /// treated so when they come.
    public func record(_ uid: String, _ isRecorded: Bool, in id: String) async throws -> RecordingDocument {
        let session = try running(id)
        _ = try checkedUser(uid)
        var stopped = session.document.stoppedUsers ?? []
        let now = SystemClock.now()
        guard stopped.contains(uid) == isRecorded else { return session.snapshot(at: now) }
        if isRecorded {
            stopped.removeAll { $0 == uid }
        } else {
            guard stopped.count < UserSelection.longestList else {
                throw Problem.conflict("uid", "\(stopped.count) users are stopped already; name whom to record instead")
            }
            stopped.append(uid)
        }
        session.document.stoppedUsers = stopped
        session.note(isRecorded ? "userStarted" : "userStopped", uid: uid)
        tellCaptures(of: session, at: now)
        return session.snapshot(at: now)
    }

    /// Ends a recording that is as long as it may be, or has its files followed by others.
    func endIfLongEnough(_ session: RecordingSession, at now: Instant) {
        guard let control = session.document.control, let seconds = control.maximumSeconds else { return }
        let limit = Duration.seconds(seconds) * (session.rollOverCount + 1)
        guard session.recordedDuration(at: now) >= limit else { return }
        switch control.atMaximum {
        case .stop: stop(session, .durationReached(seconds: seconds))
        case .rollOver:
            session.rollOverCount += 1
            session.note("maximumReached", "\(seconds) s: files are followed by others")
            for capture in session.captures.values { capture.worker.order { $0.rollOver(capture.id) } }
        }
    }

    private func running(_ id: String) throws -> RecordingSession {
        let session = try session(id)
        guard session.isRunning else {
            throw Problem.conflict("state", "recording '\(id)' has ended; start another")
        }
        return session
    }

    /// Lets the captures of a recording know what is to be recorded of their users from now on.
    private func tellCaptures(of session: RecordingSession, at now: Instant) {
        for (user, capture) in session.captures {
            let selection = session.document.selection(of: user.description)
            capture.worker.order { $0.control(capture.id, selection, at: now) }
        }
    }
}

extension RecordingSession {
    /// The pauses that are cut out of the files of users who come now.
    var cutPauses: PauseLog {
        guard document.control?.onPause == .cut, document.splitting == .continuous else { return PauseLog() }
        return document.pauseLog
    }
}
