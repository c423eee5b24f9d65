/// A metric at one moment: all its samples, under one name.
public struct MetricFamily: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    case counter
    case gauge
    case histogram
  }

  public let name: String
  public let kind: Kind
  /// A sentence for people.
  public let help: String
  public var samples: [MetricSample]

  public init(_ name: String, _ kind: Kind, help: String, _ samples: [MetricSample] = []) {
    self.name = name
    self.kind = kind
    self.help = help
    self.samples = samples
  }
}

/// A number, and the labels that tell it apart from others of its family.
public struct MetricSample: Hashable, Sendable {
  /// `_bucket`, `_sum` or `_count` of a histogram; otherwise "".
  public let suffix: String
  public let labels: [MetricLabel]
  public let value: Double

  public init(_ value: Double, _ labels: [MetricLabel] = [], suffix: String = "") {
    self.suffix = suffix
    self.labels = labels
    self.value = value
  }
}

public struct MetricLabel: Hashable, Sendable {
  public let name: String
  public let value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}
