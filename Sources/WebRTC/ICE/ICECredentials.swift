/// The fragment and password of one ICE agent (RFC 8839 §5.4).
public struct ICECredentials: Hashable, Sendable {
    public var fragment: String
    public var password: String

    public init(fragment: String, password: String) {
        self.fragment = fragment
        self.password = password
    }

    /// Draws a fragment of 48 random bits and a password of 144.
    ///
    /// RFC 8839 §5.4 asks for at least 24 and 128. Pass the system's generator: the password is a secret.
    public init(using generator: inout some RandomNumberGenerator) {
        fragment = Self.text(of: 8, using: &generator)
        password = Self.text(of: 24, using: &generator)
    }

    private static func text(of count: Int, using generator: inout some RandomNumberGenerator) -> String {
        String((0..<count).map { _ in alphabet[Int.random(in: 0..<64, using: &generator)] })
    }

    /// The `ice-char`s of RFC 8839 §5.4.
    private static let alphabet: [Character] = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}
