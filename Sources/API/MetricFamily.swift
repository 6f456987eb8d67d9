/// One metric in Prometheus' text format 0.0.4: its name, what it means, and its samples.
struct MetricFamily {
    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    let name: String
    private let kind: Kind
    private let help: String
    private var lines: [String] = []

    /// A metric without samples: what is not known is left out, as Prometheus wants it.
    init(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        self.kind = kind
        self.help = help
    }

    /// A metric of one number.
    init(_ name: String, _ kind: Kind, _ help: String, _ value: some LosslessStringConvertible) {
        self.init(name, kind, help)
        lines.append("\(name) \(value)")
    }

    /// Adds a number for one value of a label.
    mutating func add(_ label: String, _ value: String, _ number: some LosslessStringConvertible) {
        lines.append("\(name){\(label)=\"\(value)\"} \(number)")
    }

    /// Adds a histogram; `counts` has one class more than `bounds`, the upper ends in milliseconds.
    mutating func add(
        bounds: [Int64], counts: [Int], seconds: Double, label: (name: String, value: String)? = nil
    ) {
        let extra = label.map { "\($0.name)=\"\($0.value)\"," } ?? ""
        let braces = label.map { "{\($0.name)=\"\($0.value)\"}" } ?? ""
        // Each class counts those before it, too.
        var sum = 0
        for (index, count) in counts.enumerated() {
            sum += count
            let bound = bounds.indices.contains(index) ? "\(Double(bounds[index]) / 1000)" : "+Inf"
            lines.append("\(name)_bucket{\(extra)le=\"\(bound)\"} \(sum)")
        }
        lines += ["\(name)_sum\(braces) \(seconds)", "\(name)_count\(braces) \(sum)"]
    }

    /// The lines of the text format.
    var text: String {
        lines.isEmpty
            ? "" : "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n" + lines.joined(separator: "\n") + "\n"
    }
}
