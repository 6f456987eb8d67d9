import Foundation
import HTTPServer
import Testing

@Suite("Metrics")
struct MetricsTests {
    /// One metric as it was served.
    private struct Family {
        var name: String
        var type: String
        var help: String
        /// Names, labels and numbers, in their order.
        var samples: [(name: String, labels: String, value: Double)] = []
    }

    /// Reads the text format 0.0.4 as strictly as `promtool check metrics` does.
    private static func parse(_ text: String) throws -> [Family] {
        #expect(text.hasSuffix("\n"))
        var families: [Family] = []
        for line in text.split(separator: "\n") {
            if let help = line.wholeMatch(of: /# HELP (\S+) (\S.*)/)?.output {
                families.append(Family(name: String(help.1), type: "", help: String(help.2)))
                continue
            }
            let last = try #require(families.indices.last, "\(line) has no help before it")
            if let type = line.wholeMatch(of: /# TYPE (\S+) (gauge|counter|histogram)/)?.output {
                #expect(type.1 == families[last].name && families[last].type.isEmpty)
                families[last].type = String(type.2)
                continue
            }
            let sample = try #require(
                line.wholeMatch(of: /([a-z_]+)(\{[a-z_]+="[^"\\]*"(?:,[a-z_]+="[^"\\]*")*\})? (-?[\d.e+-]+)/)?.output,
                "\(line) is no sample")
            families[last].samples.append(
                (String(sample.1), String(sample.2 ?? ""), try #require(Double(sample.3))))
        }
        return families
    }

    private static func served(_ body: ([Family], String) async throws -> Void) async throws {
        try await RouterFixture.with { fixture in
            _ = try await fixture.record("room")
            _ = try await fixture.respond(
                .post, "/v1/webhooks", #"{"url": "http://127.0.0.1:9/"}"#, type: "application/json")
            let response = try await fixture.respond(.get, "/metrics")
            #expect(response.headers["Content-Type"] == "text/plain; version=0.0.4")
            try await body(try parse(response.text), response.text)
        }
    }

    @Test("follow Prometheus' rules for names, units and types, each once and with help")
    func rules() async throws {
        try await Self.served { families, _ in
            #expect(families.count > 30)
            #expect(Set(families.map(\.name)).count == families.count)
            for family in families {
                #expect(family.name.wholeMatch(of: /lathe(?:_[a-z]+)+/) != nil)
                #expect(family.help.hasSuffix("."), "\(family.name)")
                #expect(!family.samples.isEmpty, "\(family.name)")
                #expect((family.type == "counter") == family.name.hasSuffix("_total"), "\(family.name)")
                // Seconds and bytes, never thousandths or thousands of them.
                let wrong = /milli|micro|nano|minutes|hours|kilo|mega|_ms|_kb|_mb|_percent|_count$|_sum$|_bucket$/
                #expect(family.name.firstMatch(of: wrong) == nil, "\(family.name)")
                #expect(Set(family.samples.map { $0.name + $0.labels }).count == family.samples.count)
                #expect(family.samples.allSatisfy { $0.value >= 0 })
                guard family.type == "histogram" else {
                    #expect(family.samples.allSatisfy { $0.name == family.name })
                    continue
                }
                #expect(family.name.hasSuffix("_seconds"))
                Self.check(histogram: family)
            }
        }
    }

    /// A histogram has classes that count those before them, the last without an end, a sum and a count.
    private static func check(histogram family: Family) {
        let plain = { (labels: String) in
            labels.replacing(/,?le="[^"]*"/, with: "").replacing("{}", with: "")
        }
        let series = Dictionary(grouping: family.samples) { plain($0.labels) }
        for (labels, samples) in series {
            let buckets = samples.filter { $0.name == family.name + "_bucket" }
            #expect(buckets.last?.labels.contains("le=\"+Inf\"") == true)
            #expect(buckets.map(\.value) == buckets.map(\.value).sorted())
            #expect(samples.filter { $0.name == family.name + "_sum" }.count == 1, "\(labels)")
            #expect(samples.filter { $0.name == family.name + "_count" }.map(\.value) == [buckets.last?.value])
            #expect(samples.count == buckets.count + 2)
        }
    }

    @Test("say what goes on")
    func values() async throws {
        try await Self.served { families, _ in
            let values = Dictionary(
                families.flatMap(\.samples).map { ($0.name + $0.labels, $0.value) },
                uniquingKeysWith: { first, _ in first })
            #expect(values["lathe_recordings"] == 1)
            #expect(values[#"lathe_recordings_by_state{state="recording"}"#] == 1)
            #expect(values["lathe_peers"] == 0)
            #expect(values[#"lathe_webhook_deliveries_total{outcome="delivered"}"#] == 0)
            #expect(values["lathe_events_dropped_total"] == 0)
            #expect(values[#"lathe_media_packets_total{fate="lost"}"#] == 0)
        }
    }

    @Test("are all there that the dashboard draws")
    func dashboard() async throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "deploy/grafana-dashboard.json")
        let dashboard = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        // Grafana 10 writes 38 or 39.
        #expect((38...39).contains(try #require(dashboard["schemaVersion"] as? Int)))
        let panels = try #require(dashboard["panels"] as? [[String: Any]])
        #expect(Set(panels.compactMap { $0["id"] as? Int }).count == panels.count)
        let targets = panels.flatMap { $0["targets"] as? [[String: Any]] ?? [] }
        let expressions = targets.compactMap { $0["expr"] as? String }
        #expect(expressions.count == targets.count && expressions.count > 15)
        try await Self.served { families, text in
            // What is only known after a while is left out at first.
            let known = Set(families.flatMap { $0.samples.map(\.name) } + ["lathe_disk_full_seconds"])
            for expression in expressions {
                for name in expression.matches(of: /\blathe_[a-z_]+\b/).map({ String($0.output) }) {
                    #expect(known.contains(name), "the dashboard draws \(name), which is not served")
                }
                #expect(expression.contains("lathe_"))
            }
        }
    }
}
