internal import LiaisonModel
internal import LiaisonSync

/// A value as PostgreSQL sends and takes it in binary (its documentation, *Message Formats*, and the
/// `_send` and `_recv` functions of its types).
protocol PostgresBinary {
  /// Nil if the bytes are not of this type.
  init?(binary: UnsafeRawBufferPointer)
}

/// A value that is no array.
protocol PostgresValue: PostgresBinary {
  /// Its type's number in the catalogue, and that of an array of them.
  static var type: UInt32 { get }
  static var arrayType: UInt32 { get }

  func append(to bytes: inout [UInt8])
}

extension PostgresValue {
  var encoded: [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return bytes
  }
}

extension [UInt8] {
  mutating func append(bigEndian number: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
  }
}

extension UnsafeRawBufferPointer {
  /// Nil if they are too few.
  func bigEndian<Number: FixedWidthInteger>(at offset: Int = 0) -> Number? {
    guard offset >= 0, offset + MemoryLayout<Number>.size <= count else { return nil }
    return Number(bigEndian: loadUnaligned(fromByteOffset: offset, as: Number.self))
  }
}

// MARK: Numbers and texts

extension Int64: PostgresValue {
  static let type: UInt32 = 20
  static let arrayType: UInt32 = 1016

  func append(to bytes: inout [UInt8]) { bytes.append(bigEndian: self) }

  init?(binary: UnsafeRawBufferPointer) {
    guard binary.count == 8, let number: Int64 = binary.bigEndian() else { return nil }
    self = number
  }
}

extension Bool: PostgresValue {
  static let type: UInt32 = 16
  static let arrayType: UInt32 = 1000

  func append(to bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }

  init?(binary: UnsafeRawBufferPointer) {
    guard binary.count == 1 else { return nil }
    self = binary[0] != 0
  }
}

extension String: PostgresValue {
  static let type: UInt32 = 25
  static let arrayType: UInt32 = 1009

  func append(to bytes: inout [UInt8]) { bytes.append(contentsOf: utf8) }

  init?(binary: UnsafeRawBufferPointer) { self.init(validating: binary, as: UTF8.self) }
}

// MARK: Bytes

/// What stands in a column of type `bytea`.
protocol ByteaValue: PostgresValue {
  func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result
  init?(_ bytes: UnsafeRawBufferPointer)
}

extension ByteaValue {
  static var type: UInt32 { 17 }
  static var arrayType: UInt32 { 1001 }

  func append(to bytes: inout [UInt8]) { withUnsafeBytes { bytes.append(contentsOf: $0) } }

  init?(binary: UnsafeRawBufferPointer) { self.init(binary) }
}

extension RevisionID: ByteaValue {}
extension LogPrefix: ByteaValue {}

extension [UInt8]: PostgresBinary, PostgresValue {
  static var type: UInt32 { 17 }
  static var arrayType: UInt32 { 1001 }

  func append(to bytes: inout [UInt8]) { bytes.append(contentsOf: self) }

  init?(binary: UnsafeRawBufferPointer) { self.init(binary) }
}

// MARK: Identities

/// What stands in a column of type `uuid`.
protocol UUIDValue: PostgresValue, Identity {}

extension UUIDValue {
  static var type: UInt32 { 2950 }
  static var arrayType: UInt32 { 2951 }

  func append(to bytes: inout [UInt8]) {
    uuid.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }

  init?(binary: UnsafeRawBufferPointer) { self.init(binary) }
}

extension RecordID: UUIDValue {}
extension EditID: UUIDValue {}
extension RegisterID: UUIDValue {}
extension ReplicaID: UUIDValue {}

// MARK: Arrays

/// An array of one dimension, in which a member may be missing.
struct PostgresArray<Member: PostgresValue>: PostgresBinary {
  static var type: UInt32 { Member.arrayType }

  let members: [Member?]

  init(_ members: [Member?]) { self.members = members }

  var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(bigEndian: Int32(members.isEmpty ? 0 : 1))
    bytes.append(bigEndian: Int32(members.contains { $0 == nil } ? 1 : 0))
    bytes.append(bigEndian: Member.type)
    guard !members.isEmpty else { return bytes }
    bytes.append(bigEndian: Int32(members.count))
    bytes.append(bigEndian: Int32(1))
    for member in members {
      guard let member else {
        bytes.append(bigEndian: Int32(-1))
        continue
      }
      let start = bytes.count
      bytes.append(bigEndian: Int32(0))
      member.append(to: &bytes)
      let count = Int32(bytes.count - start - 4)
      Swift.withUnsafeBytes(of: count.bigEndian) {
        bytes.replaceSubrange(start..<start + 4, with: $0)
      }
    }
    return bytes
  }

  /// Nil if the bytes are no such array, or one with more dimensions.
  init?(binary: UnsafeRawBufferPointer) {
    guard let dimensions: Int32 = binary.bigEndian(), let type: UInt32 = binary.bigEndian(at: 8),
      type == Member.type, dimensions <= 1
    else { return nil }
    guard dimensions == 1 else {
      members = []
      return
    }
    guard let count: Int32 = binary.bigEndian(at: 12), count >= 0 else { return nil }
    var members: [Member?] = []
    var place = 20
    for _ in 0..<count {
      guard let size: Int32 = binary.bigEndian(at: place) else { return nil }
      place += 4
      guard size >= 0 else {
        members.append(nil)
        continue
      }
      guard place + Int(size) <= binary.count,
        let member = Member(
          binary: UnsafeRawBufferPointer(rebasing: binary[place..<place + Int(size)]))
      else { return nil }
      members.append(member)
      place += Int(size)
    }
    self.members = members
  }
}
