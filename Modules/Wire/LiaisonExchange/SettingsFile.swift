/// A file of settings: one JSON object, whose members are texts, lists of texts and flags.
public enum SettingsFile {
  public enum Kind: Hashable, Sendable {
    case text
    case texts
    case flag
    case other
  }

  /// What stands in the file, and where.
  public struct Member: Hashable, Sendable {
    public let key: String
    public let kind: Kind
    public let line, column: Int
  }

  /// Where the file stops being one of settings, and why.
  public struct Fault: Error, Hashable, Sendable {
    public let line, column: Int
    public let reason: String
  }

  /// Bytes that a file may have.
  public static let limit = 256 * 1024

  /// - Throws: ``Fault`` if it is not one JSON object, or a key is there twice.
  public static func members(of bytes: [UInt8]) throws(Fault) -> [Member] {
    guard bytes.count <= limit else {
      throw Fault(line: 1, column: 1, reason: "the file is longer than \(limit) bytes")
    }
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw Fault(line: 1, column: 1, reason: "the file is not UTF-8")
    }
    let (value, keys) = try read(bytes)
    guard case .object(let members) = value else {
      throw Fault(line: 1, column: 1, reason: "an object is due")
    }
    var known: Set<String> = []
    var result: [Member] = []
    for (member, offset) in zip(members, keys) {
      let place = TextPlace(of: offset, in: bytes)
      guard known.insert(member.key).inserted else {
        throw Fault(
          line: place.line, column: place.column, reason: "'\(member.key)' is there twice")
      }
      result.append(
        Member(
          key: member.key, kind: Kind(of: member.value), line: place.line, column: place.column))
    }
    return result
  }

  private static func read(_ bytes: [UInt8]) throws(Fault) -> (JSON, [Int]) {
    do throws(JSONReader.Fault) {
      return try JSONReader.placed(bytes)
    } catch {
      let place = TextPlace(of: error.offset, in: bytes)
      throw Fault(line: place.line, column: place.column, reason: error.reason)
    }
  }
}

extension SettingsFile.Kind {
  fileprivate init(of value: JSON) {
    switch value {
    case .text: self = .text
    case .flag: self = .flag
    case .array(let elements):
      let isTexts = elements.allSatisfy { if case .text = $0 { true } else { false } }
      self = isTexts ? .texts : .other
    case .object, .whole, .otherNumber, .null: self = .other
    }
  }
}
