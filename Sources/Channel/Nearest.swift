extension Double {
    /// The nearest whole number.
    ///
    /// `rounded()` would need the C maths library, which a target without imports does not link.
    var nearest: Int64 { Int64(self < 0 ? self - 0.5 : self + 0.5) }
}
