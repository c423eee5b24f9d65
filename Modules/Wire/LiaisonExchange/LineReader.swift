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
  private var buffer: [UInt8] = []
  /// Where the next line begins in the buffer, and up to where its end has been looked for.
  private var (start, searched) = (0, 0)
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
  mutating func next() throws -> (Int, [UInt8])? {
    while true {
      if let end = lineEnd() { return take(upTo: end, from: end + 1) }
      guard buffer.count - start <= 4 * Limits.revisionBytes else {
        throw ImportError(line: number + 1, "the line is longer than any record")
      }
      if isAtEnd {
        return start == buffer.count ? nil : take(upTo: buffer.count, from: buffer.count)
      }
      try readMore()
    }
  }

  /// Where the line ends that begins at `start`; nil if that has not been read yet.
  private mutating func lineEnd() -> Int? {
    let end = buffer.withUnsafeBufferPointer { bytes in
      bytes[searched...].firstIndex(of: UInt8(ascii: "\n"))
    }
    if end == nil { searched = buffer.count }
    return end
  }

  private mutating func readMore() throws {
    let more: Data
    do {
      more = try handle.read(upToCount: 64 * 1024) ?? Data()
    } catch {
      throw ImportError(line: number + 1, "the file cannot be read")
    }
    isAtEnd = more.isEmpty
    buffer.removeSubrange(..<start)
    (searched, start) = (searched - start, 0)
    buffer += more
  }

  private mutating func take(upTo end: Int, from next: Int) -> (Int, [UInt8]) {
    var line = buffer[start..<end]
    if number == 0, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
    if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
    consumed += next - start
    (start, searched) = (next, next)
    number += 1
    return (number, Array(line))
  }
}
