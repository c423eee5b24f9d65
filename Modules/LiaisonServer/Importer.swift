public import Foundation
public import LiaisonModel
public import LiaisonSync

/// Brings records into a register from JSON lines, `{"kind", "code", "fields"}`; references are
/// codes, and may name a record that comes later. All of a file is imported, or nothing.
public struct Importer: Sendable {
  private let schema: Schema
  private let coding: any RevisionCoding
  private let origin: Origin
  private let newID: @Sendable () -> UUIDv7

  /// - Parameters:
  ///   - origin: who writes the imported revisions.
  ///   - newID: names each record and each edit.
  public init(
    schema: Schema, coding: any RevisionCoding, origin: Origin,
    newID: @escaping @Sendable () -> UUIDv7
  ) {
    self.schema = schema
    self.coding = coding
    self.origin = origin
    self.newID = newID
  }

  /// How many lines a file has, so that a person can be told what remains.
  public static func lines(in file: URL) throws -> Int {
    let handle = try FileHandle(forReadingFrom: file)
    var count = 0
    while let part = try handle.read(upToCount: 64 * 1024), !part.isEmpty {
      count += part.reduce(0) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
    }
    return count
  }

  /// Appends every line of a file in one transaction.
  /// - Returns: how many records were imported.
  /// - Throws: ``ImportError`` for the first line that cannot be imported.
  public func run(
    _ file: URL, into log: any ChangeLog, progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) async throws -> Int {
    try await log.write { transaction in
      var waiting: [(line: Int, text: Data, problem: Problem)] = []
      var count = 0
      var lines = try LineReader(file)
      while let (number, text) = try lines.next() {
        guard !text.isEmpty else { continue }
        if let problem = try append(text, line: number, to: transaction) {
          waiting.append((number, text, problem))
        } else {
          count += 1
          progress(count)
        }
      }
      // What named a record that came later, until nothing moves any more.
      while !waiting.isEmpty {
        let before = waiting
        waiting = []
        for item in before {
          let problem = try append(item.text, line: item.line, to: transaction)
          if let problem { waiting.append((item.line, item.text, problem)) }
        }
        count += before.count - waiting.count
        if let first = waiting.first, waiting.count == before.count {
          throw ImportError(line: first.line, first.problem.message)
        }
      }
      return count
    }
  }

  /// - Returns: what is missing, where the line refers to a record that is not there yet.
  private func append(
    _ text: Data, line: Int, to log: any LogTransaction
  ) throws -> Problem? {
    let parsed = try parse(text, line: line)
    guard let kind = schema.kind(named: parsed.kind) else {
      throw ImportError(line: line, "the register has no kind '\(parsed.kind)'")
    }
    guard let code = Code(parsed.code) else {
      throw ImportError(line: line, "'\(parsed.code)' is not a code")
    }
    var fields: Fields = [:]
    for (name, input) in parsed.fields {
      guard let field = kind.field(named: name) else {
        throw ImportError(line: line, "\(kind.name) has no field '\(name)'")
      }
      var missing: Code?
      do {
        fields[field.number] = try field.type.value(from: input.input) { code in
          let record = try log.holder(of: code)
          if record == nil { missing = code }
          return record
        }
      } catch let problem as Problem {
        let problem = Problem("field '\(name)' \(problem.message)")
        if missing != nil { return problem }
        throw ImportError(line: line, problem.message)
      }
    }
    return try append(RecordState(code: code, fields: fields), kind, line: line, to: log)
  }

  private func append(
    _ state: RecordState, _ kind: Kind, line: Int, to log: any LogTransaction
  ) throws -> Problem? {
    let revision = Revision(
      record: RecordID(newID()), kind: kind.number, parent: nil, state: state, origin: origin)
    do {
      let encoded = try coding.encode(revision)
      let candidate = CommitRule.Candidate(
        edit: EditID(newID()), content: .success(.init(encoded: encoded, revision: revision)))
      let rule = CommitRule(office: origin.office, coding: coding)
      guard case .refused(let refusal) = try rule.decide(candidate, in: log).outcome else {
        return nil
      }
      throw ImportError(line: line, refusal.reason)
    } catch let error as StoreError {
      throw error
    } catch let error as ImportError {
      throw error
    } catch {
      throw ImportError(line: line, "\(error)")
    }
  }

  private func parse(_ text: Data, line: Int) throws -> Line {
    do {
      return try JSONDecoder().decode(Line.self, from: text)
    } catch let error as DecodingError {
      throw ImportError(line: line, Self.reason(error))
    }
  }

  private static func reason(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "the line has no '\(key.stringValue)'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' has the wrong type"
    default: "the line is not a JSON object"
    }
  }
}

/// Why a file was not imported; nothing of it was.
public struct ImportError: Error, Sendable, CustomStringConvertible {
  public let line: Int
  public let message: String

  public init(line: Int, _ message: String) {
    self.line = line
    self.message = message
  }

  public var description: String { "line \(line): \(message); nothing was imported" }
}

/// One line of an import.
private struct Line: Decodable {
  let kind: String
  let code: String
  let fields: [String: Value]

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

/// The lines of a file, one at a time.
struct LineReader {
  private let handle: FileHandle
  private var buffer = Data()
  private var number = 0
  private var isAtEnd = false

  init(_ file: URL) throws { handle = try FileHandle(forReadingFrom: file) }

  /// - Throws: ``ImportError`` where a line is longer than a record can be.
  mutating func next() throws -> (Int, Data)? {
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        defer { buffer = buffer[(end + 1)...] }
        number += 1
        return (number, Data(buffer[..<end]))
      }
      guard buffer.count <= 4 * Limits.revisionBytes else {
        throw ImportError(line: number + 1, "the line is longer than any record")
      }
      if isAtEnd {
        guard !buffer.isEmpty else { return nil }
        defer { buffer = Data() }
        number += 1
        return (number, buffer)
      }
      let more = try handle.read(upToCount: 64 * 1024) ?? Data()
      isAtEnd = more.isEmpty
      buffer = Data(buffer) + more
    }
  }
}
