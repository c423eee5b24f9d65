internal import LiaisonModel

/// One line of an import.
struct ImportLine {
  let number: Int
  let kind: String
  let code: String
  /// In the order of the line, none twice.
  let fields: [(name: String, value: Value)]

  /// - Throws: ``ImportError`` if the text is not such a line.
  init(_ text: [UInt8], line: Int) throws {
    number = line
    do {
      let members = try ImportLine.members(of: text)
      if let key = ImportLine.repeated(members) { throw Problem("the line has '\(key)' twice") }
      let unknown = members.map(\.key).filter { !["kind", "code", "fields"].contains($0) }
      if let unknown = unknown.min() { throw Problem("the line has an unknown key '\(unknown)'") }
      kind = try ImportLine.text("kind", of: members)
      code = try ImportLine.text("code", of: members)
      guard case .object(let fields) = try ImportLine.value("fields", of: members) else {
        throw Problem("'fields' has the wrong type")
      }
      if let name = ImportLine.repeated(fields) {
        throw Problem("the line has the field '\(name)' twice")
      }
      self.fields = fields.map { (name: $0.key, value: Value($0.value)) }
    } catch let problem as Problem {
      throw ImportError(line: line, problem.message)
    }
  }

  private static func members(of text: [UInt8]) throws -> [JSON.Member] {
    guard String(validating: text, as: UTF8.self) != nil else {
      throw Problem("the line is not valid UTF-8")
    }
    let value: JSON
    do throws(JSONReader.Fault) {
      value = try JSONReader.value(of: text)
    } catch let fault {
      throw Problem("the line is not JSON: \(fault.reason), at byte \(fault.offset + 1)")
    }
    guard case .object(let members) = value else { throw Problem("the line is not a JSON object") }
    return members
  }

  private static func repeated(_ members: [JSON.Member]) -> String? {
    var seen: Set<String> = []
    return members.first { !seen.insert($0.key).inserted }?.key
  }

  private static func value(_ key: String, of members: [JSON.Member]) throws -> JSON {
    guard let member = members.first(where: { $0.key == key }) else {
      throw Problem("the line has no '\(key)'")
    }
    return member.value
  }

  private static func text(_ key: String, of members: [JSON.Member]) throws -> String {
    guard case .text(let text) = try value(key, of: members) else {
      throw Problem("'\(key)' has the wrong type")
    }
    return text
  }
}

extension ImportLine {
  /// What a line says of a field.
  enum Value {
    /// A text, or none.
    case one(String)
    case many([String])
    case whole(Int64)
    case truth(Bool)
    /// What no field takes.
    case other

    init(_ value: JSON) {
      switch value {
      case .text(let text): self = .one(text)
      case .null: self = .one("")
      case .whole(let number): self = .whole(number)
      case .flag(let truth): self = .truth(truth)
      case .array(let elements):
        let texts = elements.compactMap { element in
          if case .text(let text) = element { text } else { nil }
        }
        self = texts.count == elements.count ? .many(texts) : .other
      case .object, .otherNumber: self = .other
      }
    }

    /// The value as a field of a type takes it.
    /// - Throws: ``Problem`` if JSON has another type for such a field.
    func input(for type: FieldType) throws -> FieldInput {
      switch (self, type) {
      case (.one(let text), _): return .one(text)
      case (.many(let texts), _): return .many(texts)
      // A year is a date.
      case (.whole(let number), .one(.number)), (.whole(let number), .one(.date)):
        return .one(String(number))
      case (.truth(let truth), .one(.flag)): return .one(truth ? "yes" : "no")
      case (.whole, _), (.truth, _), (.other, _): throw Problem("has the wrong type")
      }
    }

    /// How many members it has at most, whatever the field's type makes of a comma.
    var mostMembers: Int {
      switch self {
      case .one(let text): text.utf8.count { $0 == UInt8(ascii: ",") } + 1
      case .many(let texts): texts.count
      case .whole, .truth, .other: 1
      }
    }
  }
}
