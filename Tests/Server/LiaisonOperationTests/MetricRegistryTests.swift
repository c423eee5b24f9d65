import CoreMetrics
import Testing

@testable import LiaisonOperation

/// What is counted through swift-metrics, as it is told.
struct MetricRegistryTests {
  private let registry = MetricRegistry([
    .init("known_seconds", .histogram, "A known one.", bounds: [0.1, 1])
  ])

  private func text() throws -> MetricsText {
    try MetricsText(Exposition.text(registry.families()))
  }

  @Test func aCounterOnlyGrows() throws {
    let counter = Counter(label: "a_total", dimensions: [("x", "1")], factory: registry)
    counter.increment(by: 2)
    counter.increment()
    FloatingPointCounter(label: "a_total", dimensions: [("x", "1")], factory: registry)
      .increment(by: 0.5)
    counter.increment(by: -7)
    #expect(try text().value("a_total", ["x": "1"]) == 3.5)
    #expect(try text().types["a_total"] == "counter")
  }

  @Test func aMeterAndAGaugeTellTheirLastValue() throws {
    let meter = Meter(label: "m", dimensions: [], factory: registry)
    meter.increment()
    meter.increment(by: 2.0)
    meter.decrement()
    Gauge(label: "g", dimensions: [], factory: registry).record(7)
    #expect(try text().value("m") == 2)
    #expect(try text().value("g") == 7)
    #expect(
      try text().types == ["m": "gauge", "g": "gauge", "liaison_metrics_dropped_total": "counter"])
  }

  @Test(arguments: [
    (50, [1, 1, 1]), (100, [1, 1, 1]), (101, [0, 1, 1]), (1000, [0, 1, 1]), (1001, [0, 0, 1]),
  ])
  func aTimeFallsIntoTheBucketsThatHoldIt(milliseconds: Int, buckets: [Double]) throws {
    let timer = Timer(label: "known_seconds", dimensions: [("m", "a")], factory: registry)
    timer.recordMilliseconds(milliseconds)
    let text = try text()
    let told = ["0.1", "1", "+Inf"].map {
      text.value("known_seconds_bucket", ["m": "a", "le": $0])
    }
    #expect(told == buckets)
    #expect(text.value("known_seconds_sum", ["m": "a"]) == Double(milliseconds) / 1000)
  }

  @Test func aRecorderCountsBySize() throws {
    let recorder = Recorder(label: "sizes", dimensions: [], aggregate: true, factory: registry)
    recorder.record(5)
    recorder.record(500)
    #expect(try text().value("sizes_count") == 2)
    #expect(try text().value("sizes_sum") == 505)
    #expect(try text().value("sizes_bucket", ["le": "10"]) == 1)
  }

  @Test func labelsThatAreNoneOfTheFormatAreTold() throws {
    let odd = "a \"quoted\" \\ and\nbroken one"
    Counter(label: "b.c", dimensions: [("of-it", odd)], factory: registry).increment()
    #expect(try text().value("b_c", ["of_it": odd]) == 1)
  }

  @Test func aNameHasOneKind() throws {
    Counter(label: "one", dimensions: [], factory: registry).increment()
    Meter(label: "one", dimensions: [], factory: registry).set(9)
    #expect(try text().value("one") == 1)
    #expect(try text().value("liaison_metrics_dropped_total") == 1)
  }

  @Test func labelSetsPastTheLimitAreCountedAndNotKept() throws {
    for number in 0..<OperationLimits.series + 3 {
      Counter(label: "many_total", dimensions: [("n", "\(number)")], factory: registry).increment()
    }
    let text = try text()
    #expect(text.samples.count { $0.name == "many_total" } == OperationLimits.series)
    #expect(text.value("liaison_metrics_dropped_total") == 3)
  }
}
