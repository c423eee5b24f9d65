internal import LiaisonModel

/// One object of a schema file, with the path that leads to it.
struct SchemaFileObject {
  let members: [JSON.Member]
  private let path: String

  /// - Throws: ``SchemaFileError`` if the value is no object, or has a key twice or an unknown one.
  init(_ value: JSON, at path: String, keys: [String]) throws(SchemaFileError) {
    guard case .object(let members) = value else {
      throw SchemaFileError.wrongType(path: path, expected: .object)
    }
    (self.members, self.path) = (members, path)
    var seen: Set<String> = []
    for member in members {
      guard keys.contains(member.key) else {
        throw SchemaFileError.unknownKey(path: self.path(to: member.key))
      }
      guard seen.insert(member.key).inserted else {
        throw SchemaFileError.repeatedKey(path: self.path(to: member.key))
      }
    }
  }

  func path(to key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  func has(_ key: String) -> Bool { members.contains { $0.key == key } }

  private func value(_ key: String) throws(SchemaFileError) -> JSON {
    guard let member = members.first(where: { $0.key == key }) else {
      throw SchemaFileError.missingKey(path: path(to: key))
    }
    return member.value
  }

  /// A text in Unicode's normalization form C, as every text of a register is.
  func text(_ key: String) throws(SchemaFileError) -> String {
    guard case .text(let text) = try value(key) else {
      throw SchemaFileError.wrongType(path: path(to: key), expected: .text)
    }
    return TextRules.normalized(text)
  }

  func whole(_ key: String) throws(SchemaFileError) -> Int64 {
    guard case .whole(let number) = try value(key) else {
      throw SchemaFileError.wrongType(path: path(to: key), expected: .whole)
    }
    return number
  }

  func number(_ key: String) throws(SchemaFileError) -> UInt32 {
    guard case .whole(let whole) = try value(key), let number = UInt32(exactly: whole) else {
      throw SchemaFileError.wrongType(path: path(to: key), expected: .number)
    }
    return number
  }

  func flag(_ key: String) throws(SchemaFileError) -> Bool {
    guard case .flag(let flag) = try value(key) else {
      throw SchemaFileError.wrongType(path: path(to: key), expected: .flag)
    }
    return flag
  }

  /// The case of an enum that a word stands for.
  /// - Parameter default: what a missing key means; nil if it must be there.
  func word<Word: RawRepresentable<String> & CaseIterable>(
    _ key: String, default fallback: Word? = nil
  ) throws(SchemaFileError) -> Word {
    if let fallback, !has(key) { return fallback }
    let text = try text(key)
    guard let word = Word.allCases.first(where: { $0.rawValue == text }) else {
      throw SchemaFileError.unknownWord(path: path(to: key), known: Word.allCases.map(\.rawValue))
    }
    return word
  }

  /// What a name stands for.
  func name<Number>(
    _ key: String, among numbers: [String: Number]
  ) throws(SchemaFileError) -> Number {
    let name = try text(key)
    guard let number = numbers[name] else {
      throw SchemaFileError.unknownName(path: path(to: key), name: name)
    }
    return number
  }

  func elements(_ key: String) throws(SchemaFileError) -> [(value: JSON, path: String)] {
    guard case .array(let elements) = try value(key) else {
      throw SchemaFileError.wrongType(path: path(to: key), expected: .array)
    }
    return elements.enumerated().map { ($1, "\(path(to: key))[\($0)]") }
  }

  func objects(_ key: String, keys: [String]) throws(SchemaFileError) -> [SchemaFileObject] {
    var objects: [SchemaFileObject] = []
    for element in try elements(key) {
      objects.append(try SchemaFileObject(element.value, at: element.path, keys: keys))
    }
    return objects
  }

  /// None if the key is left out.
  func texts(ifThere key: String) throws(SchemaFileError) -> [String] {
    has(key) ? try texts(key) : []
  }

  func texts(_ key: String) throws(SchemaFileError) -> [String] {
    var texts: [String] = []
    for element in try elements(key) {
      guard case .text(let text) = element.value else {
        throw SchemaFileError.wrongType(path: element.path, expected: .text)
      }
      texts.append(TextRules.normalized(text))
    }
    return texts
  }
}
