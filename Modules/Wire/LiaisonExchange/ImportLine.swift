internal import Foundation
internal import LiaisonModel

/// One line of an import.
struct ImportLine {
  let number: Int
  let kind: Kind
  let code: RecordCode
  /// Nil for a record that gets a new one.
  let id: RecordID?
  /// Whether all that is left of the record is that it is deleted.
  let isDeleted: Bool
  /// By their places in the kind, in the order of the line; none twice.
  let fields: [(place: Int, value: Value)]
  /// A revision that holds what only a newer version knows, encoded; nil if there is nothing.
  let unknown: [UInt8]?

  /// - Throws: ``ImportError`` if the text is not such a line, or names what the schema has not.
  init(_ text: [UInt8], line: Int, _ schema: Schema) throws {
    number = line
    do {
      let members = try ImportLine.members(of: text)
      if let key = ImportLine.repeated(members) { throw Problem("the line has '\(key)' twice") }
      let strange = members.map(\.key).filter { !ImportLine.keys.contains($0) }
      if let strange = strange.min() { throw Problem("the line has an unknown key '\(strange)'") }
      kind = try ImportLine.kind(ImportLine.text("kind", of: members), schema)
      code = try ImportLine.code(ImportLine.text("code", of: members))
      id = try ImportLine.id(of: members)
      isDeleted = try ImportLine.isDeleted(members)
      unknown = try ImportLine.unknown(members)
      guard case .object(let fields) = try ImportLine.value("fields", of: members) else {
        throw Problem("'fields' has the wrong type")
      }
      guard !isDeleted || fields.isEmpty else { throw Problem("a deleted record has no fields") }
      if let name = ImportLine.repeated(fields) {
        throw Problem("the line has the field '\(name)' twice")
      }
      let kind = kind
      self.fields = try fields.map {
        (place: try ImportLine.place(of: $0.key, in: kind), value: Value($0.value))
      }
    } catch let problem as Problem {
      throw ImportError(line: line, problem.message)
    }
  }

  private static let keys = ["kind", "code", "fields", "id", "deleted", "unknown"]

  private static func unknown(_ members: [JSON.Member]) throws -> [UInt8]? {
    guard members.contains(where: { $0.key == "unknown" }) else { return nil }
    guard let bytes = Data(base64Encoded: try text("unknown", of: members)) else {
      throw Problem("'unknown' is not in base 64")
    }
    return Array(bytes)
  }

  private static func id(of members: [JSON.Member]) throws -> RecordID? {
    guard members.contains(where: { $0.key == "id" }) else { return nil }
    let text = try text("id", of: members)
    guard let id = RecordID(text: text) else { throw Problem("'\(text)' is not a record's id") }
    return id
  }

  private static func isDeleted(_ members: [JSON.Member]) throws -> Bool {
    switch members.first(where: { $0.key == "deleted" })?.value {
    case nil: return false
    case .flag(let isDeleted)?: return isDeleted
    case _?: throw Problem("'deleted' has the wrong type")
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
    // A handful is compared faster than it is hashed.
    guard members.count > 16 else {
      let place = members.indices.first { place in
        members[..<place].contains { $0.key == members[place].key }
      }
      return place.map { members[$0].key }
    }
    var seen: Set<String> = []
    return members.first { !seen.insert($0.key).inserted }?.key
  }

  private static func kind(_ name: String, _ schema: Schema) throws -> Kind {
    guard let kind = schema.kind(named: name) else {
      throw Problem("the register has no kind '\(name)'")
    }
    return kind
  }

  private static func code(_ text: String) throws -> RecordCode {
    guard let code = RecordCode(text) else { throw Problem("'\(text)' is not a code") }
    return code
  }

  private static func place(of name: String, in kind: Kind) throws -> Int {
    for place in kind.fields.indices where kind.fields[place].name == name { return place }
    if let place = kind.fields.firstIndex(where: { $0.past.aliases.contains(name) }) {
      return place
    }
    throw Problem("\(kind.name) has no field '\(name)'")
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
      case (.whole(let number), .one(.number)), (.whole(let number), .one(.date)),
        (.whole(let number), .one(.moment)):
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
