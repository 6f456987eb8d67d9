import Capture
import EventLoop
import Foundation
import Storage
import Units

// Files that the disk refused something of.
extension Hub {
    /// How long to wait before a file that could not be made whole is tried again.
    private static let mendInterval = Duration.seconds(5)

    /// Makes a file whole of what the disk took of it, as soon as that can be done.
    func mend(_ file: String, in session: RecordingSession) {
        session.mends[file] = Task { await self.keepMending(file, in: session) }
    }

    /// Tries until it works, or the recording ends without it: then what is there plays as it is, and the next start or
    /// `lathe repair` makes it whole.
    private func keepMending(_ file: String, in session: RecordingSession) async {
        while true {
            let wasRunning = session.isRunning
            do {
                let path = session.document.directory + "/" + file
                let mended = try await storage.amend(path) { TakeMender.plan(for: $0, named: file) }
                session.note("takeMended", uid: session.uid(of: file), "\(file): \(mended.words)")
                session.log.info("\(file) \(mended.words)")
                session.take(over: mended, of: file)
                return
            } catch {
                guard wasRunning else {
                    session.note("takeNotMended", uid: session.uid(of: file), "\(error)")
                    return
                }
            }
            for _ in 0..<50 where session.isRunning { try? await Task.sleep(for: Self.mendInterval / 50) }
        }
    }
}

extension RecordingSession {
    /// Whose file it is.
    fileprivate func uid(of file: String) -> String? { document.takes.first { $0.file == file }?.uid }

    /// Says of a file what is in it after all.
    fileprivate func take(over mended: MendedTake, of file: String) {
        guard let index = document.takes.firstIndex(where: { $0.file == file }) else { return }
        document.takes[index].state = mended.isPlayable ? .recovered : .failed
        document.takes[index].durationMilliseconds = mended.durationMilliseconds
        document.takes[index].byteCount = mended.byteCount
        document.takes[index].videoFrameCount = mended.videoFrameCount
        document.takes[index].audioFrameCount = mended.audioFrameCount
    }
}
