import Bytes

/// A hash of a certificate, as session descriptions carry it (RFC 8122 §5).
public struct Fingerprint: Hashable, Sendable {
    /// Which hash function was used.
    ///
    /// Others than these are too weak or unheard of.
    public enum Algorithm: String, Hashable, Sendable {
        case sha256 = "sha-256"
        case sha384 = "sha-384"
        case sha512 = "sha-512"
    }

    public var algorithm: Algorithm
    public var digest: [UInt8]

    public init(algorithm: Algorithm, digest: [UInt8]) {
        self.algorithm = algorithm
        self.digest = digest
    }
}

extension Fingerprint: CustomStringConvertible {
    /// `sha-256 AB:CD:…`, as it stands behind `a=fingerprint:`.
    public var description: String {
        let digits = digest.map { [$0].hex.uppercased() }.joined(separator: ":")
        return "\(algorithm.rawValue) \(digits)"
    }

    /// Reads the text behind `a=fingerprint:`; nothing if the hash is unknown or its length is wrong.
    public init?(_ text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 2, let algorithm = Algorithm(rawValue: parts[0].lowercased()) else { return nil }
        guard let digest = [UInt8](hex: parts[1]), digest.count == algorithm.byteCount else { return nil }
        self.init(algorithm: algorithm, digest: digest)
    }
}

extension Fingerprint.Algorithm {
    /// How many bytes its digest has.
    public var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }
}
