import Configuration
import LiaisonExchange
import LiaisonTerminal

/// What `liaisond serve` goes by, and where each value comes from: a flag counts before a variable, that
/// before the file, that before what holds otherwise.
struct ServeValues {
  enum Source: Hashable {
    case flag
    case variable(String)
    case file(String)
    case standard

    /// For a person; nil for what stands in the command itself.
    var place: String? {
      switch self {
      case .flag, .standard: nil
      case .variable(let name): name
      case .file(let path): path
      }
    }
  }

  struct Value {
    let content: ConfigContent
    let source: Source
  }

  private let values: [String: Value]

  /// - Parameters:
  ///   - flags: nil if there are none.
  ///   - file: its path; nil without one.
  init(_ flags: ServeFlags?, environment: [String: String], file: String?) throws {
    let given = ServeOption.all.compactMap { option in
      flags.flatMap { option.given(in: $0) }.map {
        (Self.key(option), ConfigValue($0, isSecret: false))
      }
    }
    let standard = ServeOption.all.compactMap { option in
      option.standard.map { (Self.key(option), ConfigValue($0, isSecret: false)) }
    }
    let sources: [(any ConfigSnapshot, (String) -> Source)] =
      [
        (Self.snapshot(of: given), { _ in .flag }),
        (
          // An empty variable is none.
          EnvironmentVariablesProvider(environmentVariables: environment.filter { !$1.isEmpty })
            .snapshot(), { .variable($0) }
        ),
      ]
      + (try file.map { path in [(try Self.read(path), { _ in Source.file(path) })] } ?? [])
      + [(Self.snapshot(of: standard), { _ in .standard })]
    var values: [String: Value] = [:]
    for option in ServeOption.all {
      for (snapshot, source) in sources where values[option.key] == nil {
        values[option.key] = try Self.look(for: option, in: snapshot, source)
      }
    }
    self.values = values
  }

  subscript(key: String) -> Value? { values[key] }

  func text(_ key: String) -> String? {
    guard case .string(let text)? = values[key]?.content else { return nil }
    return text
  }

  func texts(_ key: String) -> [String] {
    guard case .stringArray(let texts)? = values[key]?.content else { return [] }
    return texts
  }

  func flag(_ key: String) -> Bool { values[key]?.content == .bool(true) }

  /// Runs what reads an option; a failure names the place that the option has its value from.
  func naming<Result>(_ key: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let failure as Failure {
      guard let place = values[key]?.source.place else { throw failure }
      throw Failure(
        "\(key) in \(place): \(failure.message)", advice: failure.advice, status: failure.status)
    }
  }

  private static func key(_ option: ServeOption) -> AbsoluteConfigKey {
    AbsoluteConfigKey(["liaison", option.key])
  }

  private static func snapshot(
    of values: [(AbsoluteConfigKey, ConfigValue)]
  ) -> any ConfigSnapshot {
    InMemoryProvider(values: Dictionary(values) { first, _ in first }).snapshot()
  }

  private static func look(
    for option: ServeOption, in snapshot: any ConfigSnapshot, _ source: (String) -> Source
  ) throws -> Value? {
    // The file has the bare keys.
    let key = snapshot is JSONSnapshot ? AbsoluteConfigKey([option.key]) : key(option)
    let found: LookupResult
    do {
      found = try snapshot.value(forKey: key, type: option.type)
    } catch {
      // The file's types were looked at before: it is a variable.
      let name = option.variable
      throw Failure(
        "\(name) is neither true nor false", advice: "\(name)=true", status: .usage)
    }
    return found.value.map { Value(content: $0.content, source: source(option.variable)) }
  }

  // MARK: The file

  private static func read(_ path: String) throws -> JSONSnapshot {
    let bytes = try InputArgument.bytes(path)
    do {
      for member in try SettingsFile.members(of: bytes) { try check(member, in: path) }
    } catch let fault as SettingsFile.Fault {
      throw Failure(
        "\(path):\(fault.line):\(fault.column): \(fault.reason)",
        advice: "Mend the file, then liaisond config check \(path)", status: .usage)
    }
    return try JSONSnapshot(data: bytes.span.bytes, providerName: path, parsingOptions: .default)
  }

  private static func check(_ member: SettingsFile.Member, in path: String) throws {
    let place = "\(path):\(member.line):\(member.column)"
    guard let option = ServeOption.all.first(where: { $0.key == member.key }) else {
      let known = ServeOption.all.map(\.key).joined(separator: ", ")
      throw Failure(
        "\(place): there is no option '\(member.key)'", advice: "one of \(known)", status: .usage)
    }
    let (kind, what, example): (SettingsFile.Kind, String, String) =
      switch option.kind {
      case .text: (.text, "a text", "\"…\"")
      case .texts: (.texts, "a list of texts", "[\"…\"]")
      case .flag: (.flag, "true or false", "true")
      }
    guard member.kind == kind else {
      throw Failure(
        "\(place): '\(member.key)' takes \(what)", advice: "\"\(member.key)\": \(example)",
        status: .usage)
    }
  }
}
