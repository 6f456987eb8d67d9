import Foundation
import Lathe

/// Why the last call of each thread failed, in a sentence.
enum LastError {
    private static let key = "lathe.last-error"

    /// The sentence of this thread; empty if its last call did what it says.
    static var sentence: String {
        get { Thread.current.threadDictionary[key] as? String ?? "" }
        set { Thread.current.threadDictionary[key] = newValue }
    }

    /// What a call returns that does `body`: what that returns, or minus the number of its error.
    static func status(_ body: () throws -> Int32) -> Int32 {
        do {
            let value = try body()
            sentence = ""
            return value
        } catch {
            let known = error as? RecorderError
            sentence = known?.message ?? "\(error)"
            return -Int32(known?.code.rawValue ?? ErrorCode.failed.rawValue)
        }
    }
}
