public import LiaisonModel

/// A schema file that was read: what it says, and where in it.
public struct SchemaDocument: Sendable {
  /// Of which it is still to be seen what is wrong with it.
  public let schema: Schema
  private let bytes: [UInt8]
  private let offsets: [String: Int]

  /// - Throws: ``SchemaFileError`` for the first thing in the file that is not as it must be.
  public init(_ bytes: some Sequence<UInt8>) throws(SchemaFileError) {
    self.bytes = Array(bytes.prefix(SchemaFile.bytes + 1))
    schema = try SchemaFile.schema(SchemaFile.json(self.bytes))
    offsets = JSONOffsets.all(in: self.bytes)
  }

  /// Where the kind or field stands that a fault is about; the file's beginning for the schema as a whole.
  public func place(of fault: SchemaFault) -> TextPlace {
    TextPlace(of: offsets[Self.path(of: fault)] ?? 0, in: bytes)
  }

  static func path(of fault: SchemaFault) -> String {
    (fault.kind.map { "kinds[\($0)]" } ?? "") + (fault.field.map { ".fields[\($0)]" } ?? "")
  }
}

/// A place in a text, counted from one; columns in Unicode scalars.
public struct TextPlace: Hashable, Sendable {
  public let line: Int
  public let column: Int

  init(of offset: Int, in bytes: [UInt8]) {
    let before = bytes[..<min(offset, bytes.count)]
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    line = before.count { $0 == UInt8(ascii: "\n") } + 1
    column = String(decoding: before[start...], as: UTF8.self).unicodeScalars.count + 1
  }
}

/// Where the values of a JSON text begin, by their paths: `kinds[2].fields[1]`.
private struct JSONOffsets {
  private let bytes: [UInt8]
  private var place = 0
  private var offsets: [String: Int] = [:]

  /// - Parameter bytes: a text that is JSON.
  static func all(in bytes: [UInt8]) -> [String: Int] {
    var walk = JSONOffsets(bytes: bytes)
    walk.value(at: "")
    return walk.offsets
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func value(at path: String) {
    skip { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    offsets[path] = place
    switch next {
    case UInt8(ascii: "{")?:
      parts(until: "}") { walk, _ in
        let key = walk.text()
        walk.skip { $0 != UInt8(ascii: ":") }
        walk.place += 1
        walk.value(at: path.isEmpty ? key : "\(path).\(key)")
      }
    case UInt8(ascii: "[")?:
      parts(until: "]") { walk, index in walk.value(at: "\(path)[\(index)]") }
    case UInt8(ascii: "\"")?: _ = text()
    case _: skip { !Array(",]} \t\r\n".utf8).contains($0) }
    }
  }

  private mutating func parts(
    until end: Unicode.Scalar, _ part: (inout JSONOffsets, Int) -> Void
  ) {
    place += 1
    var index = 0
    while true {
      skip { [0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ",")].contains($0) }
      guard let byte = next, byte != UInt8(ascii: end) else { break }
      part(&self, index)
      index += 1
    }
    place += 1
  }

  /// Goes past a text in quotation marks. A key of a schema file has no escapes.
  private mutating func text() -> String {
    let start = place + 1
    place += 1
    while let byte = next, byte != UInt8(ascii: "\"") {
      place += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    defer { place += 1 }
    return String(decoding: bytes[min(start, bytes.count)..<min(place, bytes.count)], as: UTF8.self)
  }

  private mutating func skip(while isSkipped: (UInt8) -> Bool) {
    while let byte = next, isSkipped(byte) { place += 1 }
  }
}
