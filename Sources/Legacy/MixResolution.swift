/// The size, pace and rate of a composite, as `width,height,fps,kbps`.
enum MixResolution {
    /// The most that a composite may take, in kbit/s.
    static let highestRate = 6_500

    /// What is wrong with one, in a sentence; nothing if it is left out, or fine.
    ///
    /// What stands behind the fourth number is passed over, as it always has been.
    static func fault(of text: String) -> String? {
        guard !text.isEmpty else { return nil }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.prefix(4).enumerated().map { index, part in
            index < 3 ? LegacyValues.number(String(part)) : Int(part.drop { $0 == " " }.prefix { $0.isNumber })
        }.compactMap(\.self)
        guard numbers.count == 4, parts.prefix(4).allSatisfy({ !$0.isEmpty }), numbers.allSatisfy({ $0 > 0 }) else {
            return "--mixResolution wants width,height,fps,kbps, such as 640,360,15,500, not '\(text)'"
        }
        guard numbers[3] <= highestRate else {
            return "--mixResolution takes up to \(highestRate) kbps, not \(numbers[3])"
        }
        return nil
    }
}
