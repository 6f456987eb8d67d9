extension Double {
    /// The nearest whole number; 18 years of nanoseconds either way at most.
    ///
    /// `rounded()` would need the C maths library, which a target without imports does not link. The bound keeps
    /// sums of a few such numbers within 64 bits, whatever a sender claims.
    var nearest: Int64 {
        let bounded = Swift.min(Swift.max(self, -0x1p59), 0x1p59)
        return Int64(bounded < 0 ? bounded - 0.5 : bounded + 0.5)
    }
}

extension Array where Element == Double {
    /// The middle value, for which the array is sorted; 0 of none.
    mutating func median() -> Double {
        guard !isEmpty else { return 0 }
        sort()
        let middle = count / 2
        return count % 2 == 1 ? self[middle] : (self[middle - 1] + self[middle]) / 2
    }
}
