internal import LiaisonModel
internal import Logging

/// How a line of the log is written. In each of them an event is one line, whatever it tells.
public enum LogForm: String, Hashable, Sendable, CaseIterable {
  /// For people: time, level, what happened, and `key=value` behind it.
  case text
  /// An object a line (RFC 8259).
  case json
  /// `key=value`, all of it.
  case logfmt

  /// - Parameter time: nil where the reader of the log notes it: text has none then.
  func line(
    _ level: Logger.Level, _ message: String, _ told: [LogField],
    at time: Timestamp?
  ) -> String {
    switch self {
    case .text:
      let head = [time?.milliseconded, level.rawValue, Self.harmless(message)].compactMap(\.self)
      return (head + told.map(Self.pair)).joined(separator: " ")
    case .logfmt:
      let all = Self.head(level, message, time) + Self.apart(told)
      return all.map(Self.pair).joined(separator: " ")
    case .json:
      let all = Self.head(level, message, time) + Self.apart(told)
      return "{" + all.map(Self.member).joined(separator: ",") + "}"
    }
  }

  private static func head(
    _ level: Logger.Level, _ message: String, _ time: Timestamp?
  ) -> [LogField] {
    let time = time.map { [LogField("ts", $0.milliseconded)] } ?? []
    return time + [LogField("level", level.rawValue), LogField("msg", message)]
  }

  /// What is told under a name that the line has itself gets another.
  private static func apart(_ told: [LogField]) -> [LogField] {
    told.map { field in
      guard ["ts", "level", "msg"].contains(field.key) else { return field }
      return LogField(field.key + "_", field.value, isNumber: field.isNumber)
    }
  }

  private static func member(_ field: LogField) -> String {
    "\(quoted(field.key)):\(field.isNumber ? field.value : quoted(field.value))"
  }

  private static func pair(_ field: LogField) -> String {
    let (key, value) = (field.key, field.value)
    let name = String(key.map { $0.isLetter || $0.isNumber || "_-.".contains($0) ? $0 : "_" })
    let isPlain = value.unicodeScalars.allSatisfy { scalar in
      scalar.value > 0x20 && scalar != "\"" && scalar != "=" && !isControl(scalar)
    }
    return "\(name)=\(isPlain && !value.isEmpty ? value : quoted(value))"
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0x2028
      || scalar.value == 0x2029
  }

  /// No event can end a line or steer a terminal.
  private static func harmless(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? " " : $0 }))
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case _ where isControl(scalar):
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

/// What an event tells beside its message.
struct LogField {
  let key: String
  let value: String
  /// Whether JSON has it without quotes.
  let isNumber: Bool

  init(_ key: String, _ value: String, isNumber: Bool = false) {
    self.key = key
    self.value = value
    self.isNumber = isNumber
  }

  init(_ key: String, of value: Logger.Metadata.Value) {
    if case .stringConvertible(let number) = value, number is Int || number is Double {
      // What is no number of JSON is a text.
      self.init(key, "\(number)", isNumber: (number as? Double)?.isFinite ?? true)
    } else {
      self.init(key, "\(value)")
    }
  }
}

extension Timestamp {
  /// ISO 8601 to the millisecond, in UTC.
  fileprivate var milliseconded: String {
    let rest = String((milliseconds % 1000 + 1000) % 1000)
    return description.dropLast() + "." + String(repeating: "0", count: 3 - rest.count) + rest + "Z"
  }
}
