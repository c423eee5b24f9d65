import Testing

/// A page of metrics as a strict reader of the text format sees it.
struct MetricsText {
  struct Broken: Error { let why: String }

  struct Sample: Hashable {
    let name: String
    let labels: [String: String]
    let value: Double
  }

  private(set) var types: [String: String] = [:]
  private(set) var samples: [Sample] = []
  /// Of the family that the lines are in.
  private var family = ""
  private var described: Set<String> = []

  /// Reads each line by the format's grammar.
  /// - Throws: ``Broken`` at the first line that does not keep it.
  init(_ text: String) throws {
    guard text.hasSuffix("\n") else { throw Broken(why: "the last line has no end") }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      try read(String(line))
    }
    try checkHistograms()
  }

  func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
    samples.first { $0.name == name && $0.labels == labels }?.value
  }

  private mutating func read(_ line: String) throws {
    if let match = line.wholeMatch(of: /# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)/) {
      family = String(match.1)
      guard described.insert(family).inserted else { throw Broken(why: "twice: \(line)") }
    } else if let match = line.wholeMatch(
      of: /# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)/)
    {
      guard match.1 == family, types.updateValue(String(match.2), forKey: family) == nil else {
        throw Broken(why: "a type out of its place: \(line)")
      }
    } else {
      try readSample(line)
    }
  }

  private mutating func readSample(_ line: String) throws {
    let shape = /([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? ([^ ]+)/
    guard let match = line.wholeMatch(of: shape) else { throw Broken(why: "no sample: \(line)") }
    let name = String(match.1)
    let suffixes = types[family] == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
    guard suffixes.contains(where: { family + $0 == name }) else {
      throw Broken(why: "not of \(family): \(line)")
    }
    let labels = try match.2.map { try Self.labels(String($0)) } ?? [:]
    guard let value = Self.number(String(match.3)) else { throw Broken(why: "no number: \(line)") }
    guard !samples.contains(where: { $0.name == name && $0.labels == labels }) else {
      throw Broken(why: "twice: \(line)")
    }
    if types[family] == "counter", value < 0 { throw Broken(why: "less than none: \(line)") }
    samples.append(Sample(name: name, labels: labels, value: value))
  }

  private static func labels(_ text: String) throws -> [String: String] {
    var rest = text.dropFirst().dropLast()
    var labels: [String: String] = [:]
    while !rest.isEmpty {
      let shape = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/
      guard let match = rest.prefixMatch(of: shape) else { throw Broken(why: "labels: \(text)") }
      guard labels.updateValue(unescaped(String(match.2)), forKey: String(match.1)) == nil else {
        throw Broken(why: "a label twice: \(text)")
      }
      rest = rest[match.range.upperBound...]
    }
    return labels
  }

  private static func unescaped(_ text: String) -> String {
    text.replacing(/\\(.)/) { $0.1 == "n" ? "\n" : String($0.1) }
  }

  private static func number(_ text: String) -> Double? {
    switch text {
    case "+Inf": .infinity
    case "-Inf": -.infinity
    case "NaN": .nan
    default: Double(text)
    }
  }

  /// Buckets only grow, the last one has no bound, and holds as many as the count says.
  private func checkHistograms() throws {
    for family in types.filter({ $0.value == "histogram" }).keys {
      let buckets = samples.filter { $0.name == family + "_bucket" }
      let groups = Dictionary(grouping: buckets) { $0.labels.filter { $0.key != "le" } }
      for (labels, buckets) in groups {
        let bounds = buckets.compactMap { $0.labels["le"].flatMap(Self.number) }
        guard bounds.count == buckets.count, bounds == bounds.sorted(), bounds.last == .infinity,
          buckets.map(\.value) == buckets.map(\.value).sorted(),
          buckets.last?.value == value(family + "_count", labels),
          value(family + "_sum", labels) != nil
        else { throw Broken(why: "the histogram \(family) \(labels)") }
      }
    }
  }
}
