import Foundation
import Legacy
import Service
import Testing

@Suite("What legacy flags turn into")
struct LegacyOrderTests {
    private static func order(_ line: String) throws -> LegacyOrder {
        try LegacyOrder(try LegacyCommandLine(parsing: line.split(separator: " ").map(String.init)).values)
    }

    private static func options(_ pairs: (String, String)...) -> [LegacyOption] { pairs.map(LegacyOption.init) }

    // The command lines of the product's own guides.

    @Test("records one kind of media, and says which flags mean nothing")
    func videoOnly() throws {
        let order = try Self.order("--appId A --channel C --uid 0 --appliteDir bin --isVideoOnly 1")
        #expect(order.channel == "C")
        #expect(order.options == Self.options(("media", "video")))
        #expect(
            order.notes == [
                "--appId means nothing here: channels are told apart by their names alone",
                "--appliteDir means nothing here: there is no second program to find",
            ])
    }

    @Test("refuses a composite with one sentence, and what else is wrong with it")
    func composite() {
        let line = "--appId A --channel C --channelProfile 1 --isMixingEnabled 1 --mixedVideoAudio 2 --audioProfile 1 "
        let sentence =
            "--isMixingEnabled 1: Lathe makes no composite; leave it out, and merge the users' files with FFmpeg afterwards"
        #expect(throws: LegacyRefusal([sentence])) {
            try Self.order(line + "--mixResolution 640,480,15,1000 --layoutMode 1")
        }
        #expect(
            throws: LegacyRefusal([
                sentence, "--mixResolution takes up to 6500 kbps, not 9000",
                "--mixedVideoAudio 2 and --isVideoOnly 1 exclude each other; keep one of them",
            ])
        ) { try Self.order(line + "--mixResolution 640,480,15,9000 --isVideoOnly 1") }
    }

    @Test("takes root, idle time and ports")
    func container() throws {
        let order = try Self.order(
            "--appId A --channel C --channelKey T --channelProfile 1 --recordFileRootDir /data/recorder --idle 30 "
                + "--lowUdpPort 40000 --highUdpPort 41004")
        #expect(
            order.options
                == Self.options(("idle", "30"), ("record-root", "/data/recorder"), ("udp-ports", "40000-41004")))
        var (service, request) = (ServiceOptions(), RecordingRequest(channel: order.channel))
        try order.fill(&service, &request)
        #expect(service.recordRoot == "/data/recorder")
        #expect(service.idle == .seconds(30))
        #expect(service.udpPorts == 40_000...41_004)
    }

    @Test("refuses screenshots with one sentence")
    func screenshots() {
        #expect(
            throws: LegacyRefusal([
                "--getVideoFrame 4: this command makes no screenshots; leave it out, and take them from the files with "
                    + "ffmpeg -i FILE -vf fps=1/5 %d.jpg, or import Lathe"
            ])
        ) { try Self.order("--appId A --channel C --isVideoOnly 1 --getVideoFrame 4") }
    }

    @Test("names the users whose sound and pictures are recorded")
    func selective() throws {
        let order = try Self.order(
            "--appId A --channel C --autoSubscribe 0 --subscribeVideoUids 123,456 --subscribeAudioUids 123")
        #expect(order.options == Self.options(("subscribe-video", "123,456"), ("subscribe-audio", "123")))
        var (service, request) = (ServiceOptions(), RecordingRequest(channel: "C"))
        try order.fill(&service, &request)
        #expect(request.videoUsers == UserSelection(only: ["123", "456"]))
        #expect(request.audioUsers == UserSelection(only: ["123"]))
    }

    @Test("passes over proxies")
    func proxies() throws {
        let order = try Self.order("--channel C --enableCloudProxy 1 --proxyType 2 --proxyServer ip1,ip2:0")
        #expect(order.options == [])
        #expect(order.notes.count == 3)
    }

    // Combinations.

    @Test("adds up a list and an expression, and means nobody where neither is given")
    func expressions() throws {
        let order = try Self.order(
            "--channel C --autoSubscribe 0 --subscribeVideoRegula [1-9]0+ --subscribeVideoUids 7")
        #expect(
            order.options
                == Self.options(("subscribe-video", "7"), ("match-video", "[1-9]0+"), ("subscribe-audio", "")))
        #expect(
            try Self.order("--channel C --autoSubscribe 0 --subscribeAudioRegula 1.*").options
                == Self.options(("subscribe-video", ""), ("match-audio", "1.*")))
    }

    @Test("warns of lists that mean nothing, and of a recording of nobody")
    func warnings() throws {
        #expect(
            try Self.order("--channel C --subscribeVideoUids 1").notes == [
                "--subscribeVideoUids means nothing here: with --autoSubscribe 1 everybody is recorded; add --autoSubscribe 0"
            ])
        #expect(
            try Self.order("--channel C --autoSubscribe 0").notes == [
                "--autoSubscribe 0 records nobody, for neither --subscribeVideoUids nor --subscribeAudioUids names anyone"
            ])
        #expect(
            try Self.order("--channel C --idle 604800").notes == [
                "--idle 604800 becomes 86400: a recording waits no longer than a day"
            ])
    }

    @Test("says nothing of flags that are set to what they are anyway")
    func defaults() throws {
        let order = try Self.order(
            "--channel C --uid 0 --channelProfile 0 --isAudioOnly 0 --isVideoOnly 0 --isMixingEnabled 0 "
                + "--mixedVideoAudio 0 --lowUdpPort 0 --highUdpPort 0 --getAudioFrame 0 --getVideoFrame 0 --triggerMode 0 "
                + "--enableCloudProxy 0 --audioProfile 0 --audioIndicationInterval 0 --layoutMode 0 --maxResolutionUid -1 "
                + "--autoSubscribe 1 --keepLastFrame 0 --enableIntraRequest 1 --enableH265Support 1 --useStringUid 0")
        #expect(order.options == [])
        #expect(order.notes == [])
    }

    @Test(
        "is refused where flags contradict each other, naming both",
        arguments: [
            (
                "--isAudioOnly 1 --isVideoOnly 2",
                "--isAudioOnly 1 and --isVideoOnly 1 exclude each other; keep one of them"
            ),
            (
                "--lowUdpPort 40000",
                "--lowUdpPort and --highUdpPort belong together; give both, or neither for any ports"
            ),
            (
                "--lowUdpPort 41000 --highUdpPort 40000",
                "--lowUdpPort 41000 and --highUdpPort 40000 are no range of ports, such as 40000 and 41000"
            ),
            (
                "--lowUdpPort 65000 --highUdpPort 70000",
                "--lowUdpPort 65000 and --highUdpPort 70000 are no range of ports, such as 40000 and 41000"
            ),
            (
                "--lowUdpPort 40000 --highUdpPort 40003",
                "--highUdpPort 40003 is less than 4 above --lowUdpPort 40000; give a larger range, such as 40000 to 41000"
            ),
            (
                "--userAccount anna --layoutMode 2 --maxResolutionUid 7",
                "--userAccount with --layoutMode 2 wants --maxResolutionUserAccount, and not --maxResolutionUid"
            ),
            (
                "--uid 5 --maxResolutionUserAccount anna",
                "--maxResolutionUserAccount needs --userAccount; without that, give --maxResolutionUid"
            ),
            ("--uid anna", "--uid is a whole number, not 'anna'; give a text with --useStringUid 1"),
            ("--idle 2", "--idle is at least 3 seconds, not 2"),
            ("--channelProfile 2", "--channelProfile is 0 for communication or 1 for live, not 2"),
            ("--streamType 2", "--streamType is 0 for the high stream or 1 for the low one, not 2"),
            ("--triggerMode 2", "--triggerMode is 0 for automatic or 1 for manual, not 2"),
            (
                "--mixedVideoAudio 3",
                "--mixedVideoAudio is 0, 1 or 2 for a composite's files, or 4 to 7 for transport streams, not 3"
            ),
            ("--getAudioFrame 4", "--getAudioFrame is a number from 0 to 3, not 4"),
            ("--getVideoFrame 6", "--getVideoFrame is a number from 0 to 5, not 6"),
            ("--autoSubscribe 0 --subscribeAudioRegula (", "--subscribeAudioRegula is no regular expression: '('"),
        ])
    func contradictions(line: String, sentence: String) {
        #expect(throws: LegacyRefusal([sentence])) { try Self.order("--channel C " + line) }
    }

    @Test("accepts the smallest range of ports that any version took")
    func smallestRange() throws {
        #expect(
            try Self.order("--channel C --lowUdpPort 40000 --highUdpPort 40004").options
                == Self.options(("udp-ports", "40000-40004")))
    }

    @Test("names everything that is wrong at once")
    func allFaults() {
        #expect(
            throws: LegacyRefusal([
                "--isAudioOnly 1 and --isVideoOnly 1 exclude each other; keep one of them",
                "--idle is at least 3 seconds, not 1",
            ])
        ) { try Self.order("--channel C --isAudioOnly 1 --isVideoOnly 1 --idle 1") }
    }

    @Test("never repeats a secret or a token")
    func secrets() throws {
        #expect {
            try Self.order("--channel C --decryptionMode aes-128-gcm --secret hush --salt hush --channelKey hush")
        } throws: {
            "\($0)".contains("--decryptionMode") && !"\($0)".contains("hush")
        }
        #expect { try Self.order("--channel C --secret hush") } throws: {
            "\($0)".contains("--secret") && !"\($0)".contains("hush")
        }
        let notes = try Self.order("--channel C --channelKey hush --salt hush --appId hush").notes
        #expect(notes.count == 3)
        #expect(notes.allSatisfy { !$0.contains("hush") })
    }

    @Test("makes MP3 where sound alone is recorded, and passes over it elsewhere, as it always was")
    func mp3() throws {
        let text = #"{"Secondary_Recorder": "mp3", "Audio_Sample_Rate": 16000}"#
        let configuration = try LegacyConfiguration(parsing: Data(text.utf8), named: "r.json")
        let asked = Self.options(("mp3", "beside"), ("mp3-rate", "16000"))
        for (flags, media) in [(["--isAudioOnly", "1"], "audio"), ([], nil), (["--isVideoOnly", "1"], "video")] {
            var order = try LegacyOrder(try LegacyCommandLine(parsing: flags).values, configuration: configuration)
            #expect(order["media"] == media)
            let usual = order.options
            order.leaveOutMP3(media: media)
            #expect(order.options == (media == "audio" ? usual : usual.filter { !asked.contains($0) }))
            #expect(order.notes.count == (media == "audio" ? 0 : 1))
            #expect(order.notes.allSatisfy { $0.hasPrefix("'Secondary_Recorder' means nothing here: ") })
        }
        var silent = LegacyOrder()
        silent.leaveOutMP3(media: nil)
        #expect(silent == LegacyOrder())
    }

    @Test("lets the flags win over the file, and takes the rest from it")
    func configuration() throws {
        let text = #"{"channelName": "F", "subStreamType": "low", "recoverFile": true, "appId": "x"}"#
        let configuration = try LegacyConfiguration(parsing: Data(text.utf8), named: "r.json")
        let flags = try LegacyCommandLine(parsing: ["--streamType", "0"]).values
        let order = try LegacyOrder(flags, configuration: configuration)
        #expect(order.channel == "F")
        #expect(order.options == Self.options(("stream-type", "0"), ("recover-files", "1")))
        #expect(order["recover-files"] == "1")
        #expect(order.notes == ["r.json: 'appId' means nothing here: channels are told apart by their names alone"])
        let named = try LegacyCommandLine(parsing: ["--channel", "G"]).values
        #expect(try LegacyOrder(named, configuration: configuration).channel == "G")
    }
}
