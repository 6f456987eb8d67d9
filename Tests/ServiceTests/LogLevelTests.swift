import Testing

@testable import Service

@Suite("Levels of the log")
struct LogLevelTests {
    @Test("have names, and the numbers of the legacy product")
    func parsing() {
        for (number, name) in ["fatal", "error", "warning", "notice", "info", "debug"].enumerated() {
            #expect(LogLevel(parsing: name)?.rawValue == number + 1)
            #expect(LogLevel(parsing: "\(number + 1)")?.name == name)
        }
        for text in ["0", "7", "", "warn", "INFO", "-1"] { #expect(LogLevel(parsing: text) == nil) }
        #expect(LogLevel.fatal < .debug)
    }
}
