import Testing
import Units

@testable import Service

@Suite("The forecast of a full disk")
struct DiskForecastTests {
    /// A forecast after so many seconds in which `free` fell evenly.
    private static func forecast(_ seconds: Int64, from free: Int, bytesPerSecond: Int) -> DiskForecast {
        var forecast = DiskForecast()
        for second in stride(from: 0, through: seconds, by: 1) {
            forecast.note(free: free - Int(second) * bytesPerSecond, at: .ms(second * 1000))
        }
        return forecast
    }

    @Test("says when nothing is left at the pace so far")
    func pace() throws {
        let forecast = Self.forecast(120, from: 1_000_000_120, bytesPerSecond: 1_000_000)
        let left = try #require(forecast.timeLeft(at: .ms(120_000)))
        #expect(abs(left.wholeMilliseconds - 880_000) < 1000)
        #expect(abs(try #require(forecast.timeLeft(at: .ms(130_000))).wholeMilliseconds - 870_000) < 1000)
    }

    @Test("says nothing while the disk does not fill, or too little was seen")
    func nothing() {
        #expect(DiskForecast().timeLeft(at: .ms(0)) == nil)
        #expect(Self.forecast(20, from: 1000, bytesPerSecond: 10).timeLeft(at: .ms(20_000)) == nil)
        #expect(Self.forecast(120, from: 1000, bytesPerSecond: 0).timeLeft(at: .ms(120_000)) == nil)
        #expect(Self.forecast(120, from: 1000, bytesPerSecond: -10).timeLeft(at: .ms(120_000)) == nil)
    }

    @Test("forgets what was a quarter of an hour ago")
    func window() throws {
        var forecast = Self.forecast(900, from: 10_000_000_000, bytesPerSecond: 5_000_000)
        let free = 10_000_000_000 - 900 * 5_000_000
        for second in stride(from: 905 as Int64, through: 2000, by: 5) {
            forecast.note(free: free, at: .ms(second * 1000))
        }
        #expect(forecast.timeLeft(at: .ms(2_000_000)) == nil)
    }

    @Test("sounds each alarm once, until the end is far away again")
    func alarms() {
        var forecast = DiskForecast()
        var told: [Int64] = []
        for second in stride(from: 0 as Int64, to: 7200, by: 5) {
            // Two hours and a bit at the start.
            forecast.note(free: 7_300_000_000 - Int(second) * 1_000_000, at: .ms(second * 1000))
            if let left = forecast.nextAlarm(at: .ms(second * 1000)) { told.append(left.wholeMilliseconds / 60_000) }
        }
        #expect(told == [121, 59, 9])
    }

    @Test(
        "is told as people say it",
        arguments: [
            (Duration.seconds(11_400), "3 h 10 min"), (.seconds(600), "10 min"), (.seconds(59), "59 s"),
            (.seconds(90_000), "1 d 1 h"), (.zero, "0 s"),
        ])
    func words(_ duration: Duration, _ text: String) { #expect(duration.roughly == text) }
}
