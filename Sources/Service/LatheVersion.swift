/// What this program calls itself.
public enum LatheVersion {
    public static let text = "0.1.0"
}
