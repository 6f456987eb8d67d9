import EventLoop
import Foundation

/// Lets the Swift runtime write down where each thread was if the process crashes.
///
/// The runtime reads its settings when the program starts, so the program is started anew with them.
enum CrashReporter {
    private static let variable = "SWIFT_BACKTRACE"

    /// Starts this program again with crash reports going to a directory; returns if they do already, or cannot.
    ///
    /// Registers and images are left out: bytes that lie around may be keys.
    static func arm(in directory: String) {
        guard ProcessInfo.processInfo.environment[variable] == nil else { return }
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            return complain("lathe: crashes leave no report: \(error)")
        }
        // All threads come with the preset; `threads=all` names the crashed one alone (Swift 6.3.1).
        let settings = [
            "enable=yes", "color=no", "interactive=no", "preset=full", "registers=none", "images=none", "limit=64",
            "output-to=\(directory)",
        ]
        let failure = ProgramImage.startAgain(with: variable, settings.joined(separator: ","))
        complain("lathe: crashes leave no report: \(failure)")
    }
}
