import CommandLineOptions
import Digest
import Foundation

/// Who may use the cloud's paths: pairs of an id and a secret, of which only hashes are kept in memory.
public struct CloudCredentials: Equatable, Sendable {
    /// How many pairs a file may have.
    static let pairLimit = 1_000

    private var digests: Set<[UInt8]> = []

    /// Reads a file with a pair `id:secret` in each line; empty lines and those that begin with # say nothing.
    init(file: String) throws(OptionError) {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw OptionError("--cloud-credentials \(file): the file cannot be read; check its name and permissions")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw OptionError("--cloud-credentials \(file): the file holds no text in UTF-8")
        }
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let pair = line.trimmingCharacters(in: .whitespacesAndNewlines)
            guard !pair.isEmpty, !pair.hasPrefix("#") else { continue }
            let parts = pair.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, !pair.hasPrefix(":") else {
                // The line itself is not told: it may be a secret.
                throw OptionError("--cloud-credentials \(file): line \(index + 1) is not of the form id:secret")
            }
            digests.insert(SHA256.digest(Array(pair.utf8)))
        }
        guard !digests.isEmpty else {
            throw OptionError("--cloud-credentials \(file): the file is empty; put id:secret there, one pair a line")
        }
        guard digests.count <= Self.pairLimit else {
            throw OptionError("--cloud-credentials \(file): no more than \(Self.pairLimit) pairs may be given")
        }
    }

    /// Whether the value of an `Authorization` header holds one of the pairs (RFC 7617).
    ///
    /// Hashes are compared, so how long it takes tells nothing of a secret.
    public func allow(_ authorization: String?) -> Bool {
        guard let parts = authorization?.split(separator: " ", maxSplits: 1), parts.count == 2,
            parts[0].lowercased() == "basic",
            let pair = Data(base64Encoded: parts[1].trimmingCharacters(in: .whitespaces))
        else { return false }
        return digests.contains(SHA256.digest(Array(pair)))
    }
}
