internal import Foundation
internal import LiaisonModel

/// Where an import reads from.
public enum ImportInput: Hashable, Sendable {
  /// A file, a pipe with a name, or a device.
  case file(String)
  case standardInput
}

/// The lines of a file or a pipe, one at a time, without their ends (LF or CRLF) and without a
/// byte order mark.
struct LineReader {
  private let handle: FileHandle
  /// How many bytes the file has; nil if that is not known, as for a pipe.
  private let size: Int?
  private var buffer = Data()
  private var consumed = 0
  private var number = 0
  private var isAtEnd = false

  /// - Throws: ``ImportError`` if the file cannot be read.
  init(_ input: ImportInput) throws {
    switch input {
    case .standardInput:
      handle = .standardInput
      size = nil
    case .file(let path):
      do {
        handle = try FileHandle(forReadingFrom: URL(filePath: path))
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let isFile = attributes[.type] as? FileAttributeType == .typeRegular
        size = isFile ? (attributes[.size] as? NSNumber)?.intValue : nil
      } catch {
        throw ImportError(line: 1, "the file cannot be read")
      }
    }
  }

  /// About how many lines are left, if they go on like the ones before.
  var remaining: Int? {
    guard let size, consumed > 0, number > 0 else { return nil }
    return Int(Double(max(0, size - consumed)) / Double(consumed) * Double(number))
  }

  /// - Throws: ``ImportError`` if a line is longer than a record can be, or cannot be read.
  mutating func next() throws -> (Int, Data)? {
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        return take(through: end, lineEnd: end)
      }
      guard buffer.count <= 4 * Limits.revisionBytes else {
        throw ImportError(line: number + 1, "the line is longer than any record")
      }
      if isAtEnd {
        return buffer.isEmpty ? nil : take(through: buffer.endIndex - 1, lineEnd: buffer.endIndex)
      }
      let more: Data
      do {
        more = try handle.read(upToCount: 64 * 1024) ?? Data()
      } catch {
        throw ImportError(line: number + 1, "the file cannot be read")
      }
      isAtEnd = more.isEmpty
      buffer = Data(buffer) + more
    }
  }

  private mutating func take(through end: Data.Index, lineEnd: Data.Index) -> (Int, Data) {
    var line = buffer[..<lineEnd]
    if number == 0, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
    if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
    consumed += end + 1 - buffer.startIndex
    buffer = buffer[(end + 1)...]
    number += 1
    return (number, Data(line))
  }
}
