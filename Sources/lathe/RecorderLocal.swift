import API
import CommandLineOptions
import EventLoop
import Foundation
import HTTPServer
import Legacy
import Service

/// The program under the name of the one that it stands in for, by a link or a copy.
///
/// Scripts start it, signal it, read what it prints, and look at its exit status: 0, or -1 as a shell sees it.
enum RecorderLocal {
    static let name = "recorder_local"
    /// Where a server runs whose channels are recorded, for scripts that cannot be told to say so.
    private static let serverVariable = "LATHE_SERVER"
    private static let failed: Int32 = 255
    /// How often another process may take the ports that were found before it is time to say so.
    private static let triesAtMost = 10

    /// What scripts find where nothing else is chosen.
    private static let defaults = [LegacyOption("splitting", "legacy"), LegacyOption("record-root", ".")]

    /// Whether the program was started under that name.
    static func isMeant(by path: String) -> Bool { path.split(separator: "/").last?.hasSuffix(name) == true }

    static func run(_ words: some Sequence<String>) async -> Int32 {
        // A signal by name finds it also after the program has started itself anew under its real one.
        FileHandle(forWritingAtPath: "/proc/self/comm")?.write(Data(name.utf8))
        do {
            guard let order = try order(words) else { return failed }
            return try await record(order)
        } catch let refusal as LegacyRefusal {
            for sentence in refusal.sentences { complain("\(name): \(sentence)") }
        } catch {
            complain("\(name): \(error)")
        }
        return failed
    }

    /// What the words ask for; nothing if they are wrong, which the usage is the answer to.
    private static func order(_ words: some Sequence<String>) throws -> RecordOrder? {
        let own = RecordOptions.own.flatMap(\.options)
        let line: LegacyCommandLine
        do {
            line = try LegacyCommandLine(parsing: words, besides: own)
        } catch {
            return refuse("\(error)")
        }
        var others = line.others
        if let server = ProcessInfo.processInfo.environment[serverVariable],
            !others.contains(where: { $0.name == "server" })
        {
            others.append(LegacyOption("server", server))
        }
        let arguments = try Arguments(parsing: others.map { "--\($0.name)=\($0.value)" }, known: own)
        let order = try RecordOrder(arguments, line.values, defaults: defaults)
        guard !order.request.channel.isEmpty else { return refuse("--channel is missing: name the channel to record") }
        // A file that names the channel needs no project beside it.
        guard line.values.isGiven("appId") || !line.values.isGiven("channel") else {
            return refuse("--appId is missing: any text will do")
        }
        return order
    }

    private static func refuse(_ sentence: String) -> RecordOrder? {
        complain("\(name): \(sentence)")
        say(LegacyUsage.text(program: name))
        return nil
    }

    private static func record(_ order: RecordOrder) async throws -> Int32 {
        if order.server == nil { CrashReporter.arm(in: order.service.stateDirectory + "/crashes") }
        for note in order.notes { complain("\(name): \(note)") }
        // SIGABRT from outside has always been a way to end it; a process that aborts by itself dies all the same.
        let signals = Signals.requests(ending: [SIGINT, SIGQUIT, SIGABRT, SIGTERM])
        signal(SIGPIPE, SIG_IGN)
        guard let url = order.server else { return try await host(order, signals) }
        let run = RecordingRun(recorder: RemoteRecorder(server: url), voice: LegacyVoice(), signals: signals)
        return try await status(of: run, order.request)
    }

    private static func host(_ order: RecordOrder, _ signals: AsyncStream<Int32>) async throws -> Int32 {
        let (server, notes) = try await start(order)
        for note in notes { complain("\(name): \(note)") }
        say("clients publish to \(server.url)/whip/\(order.request.channel); media on UDP \(server.mediaPorts)")
        let run = RecordingRun(recorder: LocalRecorder(hub: server.hub), voice: LegacyVoice(), signals: signals)
        let outcome = await Task { try await status(of: run, order.request) }.result
        await server.stop(signal: SIGTERM)
        return try outcome.get()
    }

    private static func status(of run: RecordingRun, _ request: RecordingRequest) async throws -> Int32 {
        let document: RecordingDocument
        do {
            document = try await run.recorder.start(request)
        } catch {
            complain("Failed to create agora channel: \(request.channel)")
            complain("\(name): \(error)")
            say("Recording directory is ")
            return failed
        }
        let isWhole = try await run.follow(document, request.trigger ?? .automatic)
        complain("Stopped")
        return isWhole ? 0 : failed
    }

    /// Hosts the channel on ports that nobody has: many of these processes run side by side.
    private static func start(_ order: RecordOrder) async throws -> (RunningServer, [String]) {
        var attempts = 0
        var hasLostHTTP = false
        while true {
            var ports = FreePorts(order.service)
            if !order.choosesHTTP { ports.moveHTTP(isKnownTaken: hasLostHTTP) }
            ports.moveUDP(anywhere: !order.choosesUDP)
            do {
                return (try await RunningServer(ports.options), ports.notes)
            } catch let error as SystemError where error.code == EADDRINUSE && attempts < triesAtMost {
                // Another process was quicker.
                attempts += 1
            } catch is HTTPServerError where !order.choosesHTTP && !hasLostHTTP {
                hasLostHTTP = true
            }
        }
    }
}
