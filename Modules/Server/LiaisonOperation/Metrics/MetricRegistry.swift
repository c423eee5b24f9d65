internal import CoreMetrics
internal import Synchronization

/// Keeps what is counted and timed until somebody asks: a backend of swift-metrics.
///
/// A name has one kind. A second kind of it, and label sets past a limit, are counted and not kept: no
/// caller's words may fill the memory.
final class MetricRegistry: MetricsFactory {
  /// What a name stands for.
  struct Description: Hashable, Sendable {
    let name: String
    let kind: MetricFamily.Kind
    let help: String
    /// Of a histogram: the greatest value of each bucket.
    let bounds: [Double]

    init(_ name: String, _ kind: MetricFamily.Kind, _ help: String, bounds: [Double] = []) {
      self.name = name
      self.kind = kind
      self.help = help
      self.bounds = bounds
    }
  }

  private enum Series {
    case counter(CounterSeries)
    case gauge(GaugeSeries)
    case histogram(HistogramSeries)
  }

  private struct Family {
    let description: Description
    var series: [[MetricLabel]: Series] = [:]
  }

  private struct State {
    var families: [String: Family]
    var dropped = 0
  }

  private let state: Mutex<State>
  private static let dropped = Description(
    "liaison_metrics_dropped_total", .counter, "Metrics that were asked for and are not kept.")
  /// Of what nobody has described.
  private static let bounds: [Double] = [0.001, 0.01, 0.1, 1, 10, 100]

  /// - Parameter descriptions: told with what is kept, from the start on.
  init(_ descriptions: [Description]) {
    let families = descriptions.map { ($0.name, Family(description: $0)) }
    state = Mutex(State(families: Dictionary(families) { first, _ in first }))
  }

  func families() -> [MetricFamily] {
    let (families, dropped) = state.withLock { ($0.families.values.map(\.self), $0.dropped) }
    let all = families.map { family in
      let sorted = family.series.map { (labels: $0.key, series: $0.value) }.sorted {
        $0.labels.map(\.value).lexicographicallyPrecedes($1.labels.map(\.value))
      }
      return MetricFamily(
        family.description.name, family.description.kind, help: family.description.help,
        sorted.flatMap { labels, series in
          switch series {
          case .counter(let counter): [MetricSample(counter.value, labels)]
          case .gauge(let gauge): [MetricSample(gauge.value, labels)]
          case .histogram(let histogram): histogram.samples(labels)
          }
        })
    }
    let own = MetricFamily(
      Self.dropped.name, Self.dropped.kind, help: Self.dropped.help,
      [MetricSample(Double(dropped))])
    return all.filter { !$0.samples.isEmpty } + [own]
  }

  private func series(
    _ label: String, _ dimensions: [(String, String)], _ kind: MetricFamily.Kind
  ) -> Series? {
    let name = Exposition.name(label)
    let labels = dimensions.map { MetricLabel(Exposition.name($0.0), $0.1) }
    return state.withLock { state in
      let family =
        state.families[name]
        ?? Family(description: Description(name, kind, "\(label).", bounds: Self.bounds))
      if let known = family.series[labels], family.description.kind == kind { return known }
      guard family.description.kind == kind, family.series.count < OperationLimits.series else {
        state.dropped += 1
        return nil
      }
      let new: Series =
        switch kind {
        case .counter: .counter(CounterSeries())
        case .gauge: .gauge(GaugeSeries())
        case .histogram: .histogram(HistogramSeries(bounds: family.description.bounds))
        }
      state.families[name, default: family].series[labels] = new
      return new
    }
  }
}

// MARK: swift-metrics

extension MetricRegistry {
  private func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterSeries? {
    guard case .counter(let counter) = series(label, dimensions, .counter) else { return nil }
    return counter
  }

  private func histogram(_ label: String, _ dimensions: [(String, String)]) -> HistogramSeries? {
    guard case .histogram(let histogram) = series(label, dimensions, .histogram) else {
      return nil
    }
    return histogram
  }

  private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeSeries? {
    guard case .gauge(let gauge) = series(label, dimensions, .gauge) else { return nil }
    return gauge
  }

  func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    counter(label, dimensions) ?? NOOPMetricsHandler.instance
  }

  func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    counter(label, dimensions) ?? NOOPMetricsHandler.instance
  }

  func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    gauge(label, dimensions) ?? NOOPMetricsHandler.instance
  }

  func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    if aggregate { return histogram(label, dimensions) ?? NOOPMetricsHandler.instance }
    return gauge(label, dimensions) ?? NOOPMetricsHandler.instance
  }

  func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    histogram(label, dimensions) ?? NOOPMetricsHandler.instance
  }

  // A series stays: what was counted must not become less because nobody holds its counter.
  func destroyCounter(_ handler: any CounterHandler) {}
  func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
  func destroyMeter(_ handler: any MeterHandler) {}
  func destroyRecorder(_ handler: any RecorderHandler) {}
  func destroyTimer(_ handler: any TimerHandler) {}
}
