extension ElementID: CustomStringConvertible {
    /// The name that the specification gives it, or its number.
    public var description: String {
        Self.names[self] ?? "0x" + String(rawValue, radix: 16, uppercase: true)
    }

    private static let names: [ElementID: String] = [
        .ebml: "EBML", .void: "Void", .segment: "Segment", .seekHead: "SeekHead", .seek: "Seek", .info: "Info",
        .timestampScale: "TimestampScale", .duration: "Duration", .dateUTC: "DateUTC", .muxingApp: "MuxingApp",
        .writingApp: "WritingApp", .tracks: "Tracks", .trackEntry: "TrackEntry", .cluster: "Cluster",
        .timestamp: "Timestamp", .simpleBlock: "SimpleBlock", .blockGroup: "BlockGroup", .block: "Block",
        .cues: "Cues", .cuePoint: "CuePoint", .tags: "Tags", .attachments: "Attachments", .chapters: "Chapters",
    ]
}
