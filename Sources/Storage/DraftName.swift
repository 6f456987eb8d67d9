/// What a small file that is replaced is called until it takes its place.
///
/// Whoever is killed meanwhile leaves it there; what it was to replace is there as it was, unless it was the first.
package enum DraftName {
    private static let ending = ".new"

    static func of(_ path: String) -> String { path + ending }

    /// What a draft was to be called; nothing for other names.
    package static func original(of name: String) -> String? {
        name.hasSuffix(ending) ? String(name.dropLast(ending.count)) : nil
    }
}
