import LiaisonSync
import Testing

@testable import LiaisonOperation

/// Prometheus' text format.
struct ExpositionTests {
  @Test func aFamilyHasItsHelpItsTypeAndItsSamples() {
    let families = [
      MetricFamily(
        "b_total", .counter, help: "Told second.",
        [MetricSample(1, [MetricLabel("x", "1"), MetricLabel("y", "2")]), MetricSample(2)]),
      MetricFamily("a", .gauge, help: "Told first.", [MetricSample(0.5)]),
    ]
    #expect(
      Exposition.text(families) == """
        # HELP a Told first.
        # TYPE a gauge
        a 0.5
        # HELP b_total Told second.
        # TYPE b_total counter
        b_total{x="1",y="2"} 1
        b_total 2

        """)
  }

  @Test(arguments: [
    ("plain", "plain", "plain"), ("a\"b", "a\"b", "a\\\"b"), ("a\\b", "a\\\\b", "a\\\\b"),
    ("a\nb", "a\\nb", "a\\nb"), ("Zürich", "Zürich", "Zürich"), ("", "", ""),
    ("\r\n", "\r\\n", "\r\\n"),
  ])
  func whatEndsATextIsEscaped(text: String, help: String, label: String) {
    #expect(Exposition.escaped(text, isQuoted: false) == help)
    #expect(Exposition.escaped(text, isQuoted: true) == label)
  }

  @Test(arguments: [
    (0.0, "0"), (-0.0, "0"), (157, "157"), (1_795_757_038.11, "1795757038.11"),
    (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (0.0025, "0.0025"),
    (1e-9, "1e-09"), (58_384_867_328, "58384867328"), (1e300, "1e+300"), (-1.5, "-1.5"),
  ])
  func aNumberIsOneThatGoReads(value: Double, text: String) {
    #expect(Exposition.number(value) == text)
  }

  @Test(arguments: [
    ("liaison_calls_total", "liaison_calls_total"), ("http.requests", "http_requests"),
    ("9lives", "_lives"), ("", "_"), ("grün", "gr_n"), ("a9", "a9"),
  ])
  func anyNameBecomesOneThatTheFormatAllows(given: String, name: String) {
    #expect(Exposition.name(given) == name)
  }

  /// The rows that the page promises, under the article's names.
  @Test func whatIsCountedIsDescribedOnceWithItsUnit() {
    let all = ServerMetrics.descriptions
    #expect(Set(all.map(\.name)).count == all.count)
    for description in all {
      #expect(description.name.hasPrefix("liaison_"))
      #expect(description.help.hasSuffix("."), "\(description.name)")
      #expect((description.kind == .counter) == description.name.hasSuffix("_total"))
      #expect((description.kind == .histogram) == !description.bounds.isEmpty)
      #expect(description.bounds == description.bounds.sorted())
    }
  }
}
