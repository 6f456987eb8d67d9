public import Codecs

/// What a media section of a user is to the user: the microphone, the camera, or another pair beside them.
public struct MediaRole: Hashable, Sendable {
    public var kind: MediaKind
    /// 0 for microphone and camera; screens and what they play count from 1.
    public var number: Int

    public init(_ kind: MediaKind, _ number: Int = 0) {
        self.kind = kind
        self.number = number
    }

    /// The roles of a user's sections, in their order: the first of a kind is microphone or camera.
    public static func roles(of kinds: [MediaKind]) -> [MediaRole] {
        var counts: [MediaKind: Int] = [:]
        return kinds.map { kind in
            defer { counts[kind, default: 0] += 1 }
            return MediaRole(kind, counts[kind, default: 0])
        }
    }

    /// The lane of files that it goes to.
    public func lane(_ splitting: Splitting) -> Lane {
        guard number == 0 else { return .screen(number) }
        switch (splitting, kind) {
        case (.continuous, _): return .user
        case (.legacy, .audio): return .sound
        case (.legacy, .video): return .picture
        }
    }

    /// Its name in events: `audio`, `video`, `screen audio`, `screen video`, `screen2 video`.
    public var name: String { number == 0 ? kind.rawValue : "screen\(number == 1 ? "" : "\(number)") \(kind.rawValue)" }
}

/// One user's files of one kind, one after the other.
public enum Lane: Hashable, Sendable {
    /// Microphone and camera together.
    case user
    /// The microphone alone.
    case sound
    /// The camera alone.
    case picture
    /// A shared screen with its sound, counted from 1.
    case screen(Int)

    /// Its name in documents.
    public var name: String {
        switch self {
        case .user: "user"
        case .sound: "sound"
        case .picture: "picture"
        case .screen(1): "screen"
        case .screen(let number): "screen\(number)"
        }
    }

    /// What is added to the user's name in the names of files.
    var suffix: String {
        switch self {
        case .user, .sound, .picture: ""
        case .screen: "_" + name
        }
    }
}
