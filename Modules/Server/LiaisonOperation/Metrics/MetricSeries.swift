internal import CoreMetrics
internal import Synchronization

// What swift-metrics hands numbers to; each is one label set of a family.

/// Only grows.
final class CounterSeries: CounterHandler, FloatingPointCounterHandler {
  private let sum = Mutex(0.0)

  var value: Double { sum.withLock { $0 } }

  func increment(by amount: Int64) { increment(by: Double(amount)) }

  /// What would make it less is no count.
  func increment(by amount: Double) {
    guard amount >= 0 else { return }
    sum.withLock { $0 += amount }
  }

  func reset() { sum.withLock { $0 = 0 } }
}

/// Goes up and down.
final class GaugeSeries: MeterHandler, RecorderHandler {
  private let last = Mutex(0.0)

  var value: Double { last.withLock { $0 } }

  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { last.withLock { $0 = value } }
  func increment(by amount: Double) { last.withLock { $0 += amount } }
  func decrement(by amount: Double) { last.withLock { $0 -= amount } }
  func record(_ value: Int64) { set(Double(value)) }
  func record(_ value: Double) { set(value) }
}

/// Counts values by their size, in buckets that never change; times are in seconds.
final class HistogramSeries: RecorderHandler, TimerHandler {
  private struct State {
    /// Of each bucket alone; the last one has no bound.
    var counts: [Int]
    var sum = 0.0
  }

  private let bounds: [Double]
  private let state: Mutex<State>

  /// - Parameter bounds: the greatest value of each bucket, ascending.
  init(bounds: [Double]) {
    self.bounds = bounds
    state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
  }

  func record(_ value: Int64) { record(Double(value)) }

  func record(_ value: Double) {
    let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
    state.withLock { state in
      state.counts[bucket] += 1
      state.sum += value
    }
  }

  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

  /// Each bucket holds those before it as well.
  func samples(_ labels: [MetricLabel]) -> [MetricSample] {
    let state = state.withLock { $0 }
    var count = 0
    let buckets = zip(bounds + [.infinity], state.counts).map { bound, own in
      count += own
      return MetricSample(
        Double(count), labels + [MetricLabel("le", Exposition.number(bound))], suffix: "_bucket")
    }
    return buckets + [
      MetricSample(state.sum, labels, suffix: "_sum"),
      MetricSample(Double(count), labels, suffix: "_count"),
    ]
  }
}
