/// JSON (RFC 8259) as a schema file and the lines of an import need it: an object keeps its members'
/// order, and a key that is there twice. Foundation's decoders hide the second, which whoever wrote it
/// must be told of.
indirect enum JSON: Hashable {
  case object([Member])
  case array([JSON])
  case text(String)
  case whole(Int64)
  /// A number with a fraction or an exponent, or past 64 bits.
  case otherNumber
  case flag(Bool)
  case null

  struct Member: Hashable {
    let key: String
    let value: JSON
    init(_ key: String, _ value: JSON) { (self.key, self.value) = (key, value) }
  }
}

extension JSON {
  /// The value as text: on one line if it fits, else one member or element a line.
  func printed(indent: Int = 0, before: Int = 0) -> String {
    let line = line
    if indent + before + line.count <= 100 { return line }
    let space = String(repeating: " ", count: indent + 2)
    let end = "\n" + String(repeating: " ", count: indent)
    switch self {
    case .object(let members):
      let lines = members.map { member in
        let key = "\(space)\(JSON.quoted(member.key)): "
        return key + member.value.printed(indent: indent + 2, before: key.count - indent - 1)
      }
      return "{\n" + lines.joined(separator: ",\n") + end + "}"
    case .array(let elements):
      let lines = elements.map { space + $0.printed(indent: indent + 2, before: 1) }
      return "[\n" + lines.joined(separator: ",\n") + end + "]"
    case .text, .whole, .otherNumber, .flag, .null: return line
    }
  }

  private var line: String {
    switch self {
    case .object(let members):
      "{" + members.map { "\(JSON.quoted($0.key)): \($0.value.line)" }.joined(separator: ", ") + "}"
    case .array(let elements): "[" + elements.map(\.line).joined(separator: ", ") + "]"
    case .text(let text): JSON.quoted(text)
    case .whole(let number): String(number)
    case .flag(let flag): flag ? "true" : "false"
    case .otherNumber, .null: "null"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
