import Glibc
import Synchronization

/// What a file is called until it may be seen: a hidden name beside its place.
///
/// Whoever is killed meanwhile leaves it there; nothing that anybody misses is in it.
package enum HiddenName {
    /// What such names end in.
    private static let ending = ".part"
    private static let created = Atomic<Int>(0)

    /// A name that no other file of this process has.
    static func beside(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let number = created.add(1, ordering: .relaxed).newValue
        // Names have at most 255 bytes.
        return "\(path.parentDirectory)/.\(name.prefix(100)).\(getpid()).\(number)\(ending)"
    }

    /// Whether a file of that name was never seen, and is of no use if its process is gone.
    package static func isOne(_ name: String) -> Bool { name.hasPrefix(".") && name.hasSuffix(ending) }

    /// Gives a file its name, unless another has it.
    ///
    /// A second name never replaces a file, whoever made one meanwhile; renaming does.
    static func reveal(_ hidden: String, as path: String, on fileSystem: LinuxFileSystem) throws(FileFailure) {
        if unsafe link(hidden, path) == 0 { return try fileSystem.delete(hidden) }
        let code = errno
        // Some file systems know no second names: then there is a moment between looking and renaming.
        guard [EPERM, EOPNOTSUPP, ENOSYS, EMLINK].contains(code), unsafe access(path, F_OK) != 0 else {
            throw FileFailure(verb: "create", code: code)
        }
        try fileSystem.rename(hidden, to: path)
    }
}
