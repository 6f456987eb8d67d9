import Testing

@testable import Lathe

@Suite("Who is recorded")
struct RecordedUsersTests {
    @Test("is whoever is subscribed to, once they were started")
    func started() {
        var users = RecordedUsers(subscribesAll: true, startsAll: false)
        #expect(users.recordedAudio == .nobody)
        users.started.insert("7")
        users.video.remove("7")
        #expect(users.recordedAudio.contains("7") && !users.recordedVideo.contains("7"))
        #expect(!users.recordedAudio.contains("8"))
    }

    @Test("keeps to the medium that was chosen for one, and goes back")
    func media() {
        var users = RecordedUsers(subscribesAll: true, startsAll: true)
        users.choose(.audio, of: "7")
        users.choose(.video, of: "8")
        #expect(users.recordedAudio.contains("7") && !users.recordedVideo.contains("7"))
        #expect(!users.recordedAudio.contains("8") && users.recordedVideo.contains("8"))
        users.choose(.both, of: "7")
        users.choose(.both, of: "8")
        #expect(users == RecordedUsers(subscribesAll: true, startsAll: true))
    }

    @Test("has one size of pictures, and another of those who are named, until one is chosen for all")
    func sizes() {
        var users = RecordedUsers(subscribesAll: true, startsAll: true)
        users.choose(.low, of: "7")
        #expect(users.type == .high && users.types == ["7": .low])
        users.choose(.low)
        #expect(users.type == .low && users.types == [:])
    }

    @Test("is nobody where nobody was subscribed to")
    func nobody() {
        var users = RecordedUsers(subscribesAll: false, startsAll: true)
        #expect(users.recordedVideo == .nobody)
        users.audio = .everybody
        #expect(users.recordedAudio == .everybody)
    }
}
