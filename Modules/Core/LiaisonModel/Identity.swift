/// What names one thing for good: 16 bytes, drawn where the thing is made, with nobody asked.
public protocol Identity: Hashable, Comparable, Sendable, CustomStringConvertible {
  var uuid: UUIDv7 { get }
  init(_ uuid: UUIDv7)
}

extension Identity {
  /// A new identity from the time in milliseconds since 1970 and a source of random bits.
  public init(at time: Timestamp, random: inout some RandomNumberGenerator) {
    self.init(UUIDv7(milliseconds: time.milliseconds, random: &random))
  }

  /// When it was drawn, by the clock of whoever drew it.
  public var time: Timestamp { Timestamp(milliseconds: uuid.milliseconds) }

  /// The identity that 16 bytes spell; nil if they are not a UUID of version 7.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    guard let uuid = UUIDv7(bytes) else { return nil }
    self.init(uuid)
  }

  /// The identity that 16 bytes spell; nil if they are not a UUID of version 7.
  public init?(_ bytes: [UInt8]) {
    guard let uuid = bytes.withUnsafeBytes({ UUIDv7($0) }) else { return nil }
    self.init(uuid)
  }

  /// The identity that the usual text of a UUID spells.
  public init?(text: some StringProtocol) {
    guard let uuid = UUIDv7(text) else { return nil }
    self.init(uuid)
  }

  public var bytes: [UInt8] { uuid.bytes }
  public var description: String { uuid.description }
  public static func < (one: Self, other: Self) -> Bool { one.uuid < other.uuid }
}

/// Names a record, in every office and for ever.
public struct RecordID: Identity {
  public let uuid: UUIDv7
  public init(_ uuid: UUIDv7) { self.uuid = uuid }
}

/// Names an edit, so that pushing it again is harmless.
public struct EditID: Identity {
  public let uuid: UUIDv7
  public init(_ uuid: UUIDv7) { self.uuid = uuid }
}

/// Names a register: the whole data set that a server and its offices share.
public struct RegisterID: Identity {
  public let uuid: UUIDv7
  public init(_ uuid: UUIDv7) { self.uuid = uuid }
}

/// Names a revision: the SHA-256 (FIPS 180-4) of its encoded bytes.
public struct RevisionID: Hashable, Sendable, CustomStringConvertible {
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// The id that 32 bytes spell; nil for another length.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == 32 else { return nil }
    words = bytes.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
  }

  /// The id that 32 bytes spell; nil for another length.
  public init?(_ bytes: [UInt8]) {
    guard let id = bytes.withUnsafeBytes({ RevisionID($0) }) else { return nil }
    self = id
  }

  public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

  /// Hands over the 32 bytes without a copy.
  public func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try Swift.withUnsafeBytes(of: words, body)
  }

  /// 64 hexadecimal digits.
  public var description: String { Hex.text(bytes) }

  /// The first 10 digits: enough for a person to tell revisions apart.
  public var short: String { Hex.text(bytes.prefix(5)) }

  public static func == (one: Self, other: Self) -> Bool { one.words == other.words }
  public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

/// Names a whole log up to a position: 32 bytes, each made from the one before and from what stands at
/// the position.
public struct LogPrefix: Hashable, Sendable, CustomStringConvertible {
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// The prefix that 32 bytes spell; nil for another length.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == 32 else { return nil }
    words = bytes.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
  }

  /// The prefix that 32 bytes spell; nil for another length.
  public init?(_ bytes: [UInt8]) {
    guard let prefix = bytes.withUnsafeBytes({ LogPrefix($0) }) else { return nil }
    self = prefix
  }

  /// A hash, as a prefix.
  public init(_ hash: RevisionID) {
    words = hash.withUnsafeBytes {
      $0.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
    }
  }

  public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

  /// Hands over the 32 bytes without a copy.
  public func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try Swift.withUnsafeBytes(of: words, body)
  }

  /// 64 hexadecimal digits.
  public var description: String { Hex.text(bytes) }

  public static func == (one: Self, other: Self) -> Bool { one.words == other.words }
  public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

/// The place of an entry in the server's log: 1, 2, 3, …; zero stands before the first.
public struct LogPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let number: Int64
  public init(_ number: Int64) { self.number = number }
  public static let zero = LogPosition(0)
  public var next: LogPosition { LogPosition(number + 1) }
  public var description: String { String(number) }
  public static func < (one: Self, other: Self) -> Bool { one.number < other.number }
}
