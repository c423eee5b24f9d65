internal import Foundation
internal import LiaisonModel

/// One line of an import.
struct ImportLine {
  let number: Int
  let kind: String
  let code: String
  let fields: [String: Value]

  /// - Throws: ``ImportError`` if the text is not such a line.
  init(_ text: Data, line: Int) throws {
    let content: Content
    do {
      guard String(validating: text, as: UTF8.self) != nil else {
        throw Problem("the line is not valid UTF-8")
      }
      content = try JSONDecoder().decode(Content.self, from: text)
    } catch let problem as Problem {
      throw ImportError(line: line, problem.message)
    } catch let error as DecodingError {
      throw ImportError(line: line, Self.reason(error))
    }
    number = line
    kind = content.kind
    code = content.code
    fields = content.fields
  }

  private static func reason(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "the line has no '\(key.stringValue)'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      context.codingPath.isEmpty
        ? "the line is not a JSON object"
        : "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' has the wrong type"
    default: "the line is not a JSON object"
    }
  }
}

/// What stands in a line.
private struct Content: Decodable {
  let kind: String
  let code: String
  let fields: [String: ImportLine.Value]

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let line = try decoder.container(keyedBy: Key.self)
    let unknown = line.allKeys.map(\.stringValue).filter {
      !["kind", "code", "fields"].contains($0)
    }
    if let unknown = unknown.min() { throw Problem("the line has an unknown key '\(unknown)'") }
    kind = try line.decode(String.self, forKey: Key(stringValue: "kind"))
    code = try line.decode(String.self, forKey: Key(stringValue: "code"))
    fields = try line.decode([String: ImportLine.Value].self, forKey: Key(stringValue: "fields"))
  }
}

extension ImportLine {
  enum Value: Decodable {
    case one(String)
    case many([String])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        self = .one(text)
      } else if let number = try? container.decode(Int64.self) {
        self = .one(String(number))
      } else if let flag = try? container.decode(Bool.self) {
        self = .one(flag ? "yes" : "no")
      } else {
        self = .many(try container.decode([String].self))
      }
    }

    var input: FieldInput {
      switch self {
      case .one(let text): .one(text)
      case .many(let texts): .many(texts)
      }
    }
  }
}
