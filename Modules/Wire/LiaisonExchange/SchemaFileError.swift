public import LiaisonModel

/// Why a file is no schema, and where: a path is written like `kinds[2].fields[1].merge`, and is
/// empty for the file's one value.
public enum SchemaFileError: Error, Hashable, Sendable {
  /// The file is longer than ``SchemaFile/bytes``.
  case tooLarge(limit: Int)
  /// The byte at this offset, from zero, is not of UTF-8.
  case notUTF8(offset: Int)
  /// The text stops being JSON there, counted from one; the reason.
  case notJSON(line: Int, column: Int, reason: String)
  /// An object has the key at this path twice.
  case repeatedKey(path: String)
  /// An object has a key that a schema file does not know.
  case unknownKey(path: String)
  /// An object lacks a key that it must have.
  case missingKey(path: String)
  /// The value is of another sort; what it should be.
  case wrongType(path: String, expected: Expected)
  /// The value is none of these words.
  case unknownWord(path: String, known: [String])
  /// The file has no kind, or the kind no field, of the name that stands there.
  case unknownName(path: String, name: String)
  /// The file says a schema, but one that does not hold together.
  case refused(path: String, SchemaFault.Reason)

  public enum Expected: Hashable, Sendable {
    case object, array, text, flag, whole
    /// A whole number that names a version, a kind or a field.
    case number
    /// What holds of a constraint is `true`; one that does not hold is left out.
    case yes
    /// An object of one member.
    case constraint
  }
}

extension SchemaFileError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooLarge(let limit): "the file is longer than \(limit) bytes"
    case .notUTF8(let offset): "the byte at offset \(offset) is not of UTF-8"
    case .notJSON(let line, let column, let reason):
      "line \(line), column \(column): \(reason)"
    case .repeatedKey(let path): "\(path): the key is there twice"
    case .unknownKey(let path): "\(path): the key is unknown"
    case .missingKey(let path): "\(path): the key is missing"
    case .wrongType(let path, let expected):
      "\(path.isEmpty ? "the file" : path): \(expected) is due"
    case .unknownWord(let path, let known):
      "\(path): must be one of \(known.joined(separator: ", "))"
    case .unknownName(let path, let name): "\(path): there is no '\(name)'"
    case .refused(let path, let reason): "\(path.isEmpty ? "the schema" : path) \(reason)"
    }
  }
}

extension SchemaFileError.Expected: CustomStringConvertible {
  public var description: String {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .text: "a text"
    case .flag: "true or false"
    case .whole: "a whole number of 64 bits"
    case .number: "a whole number from 0 to \(UInt32.max)"
    case .yes: "true"
    case .constraint: "an object of one constraint"
    }
  }
}
