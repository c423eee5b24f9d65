internal import CLiaisonProto
internal import LiaisonModel
internal import LiaisonSync

// Copies what C holds into Swift values, and checks it on the way.

extension ProtobufCBinaryData {
  var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: data, count: len) }
  var array: [UInt8] { Array(buffer) }

  func string(_ what: String) throws -> String {
    guard len > 0 else { return "" }
    do {
      // `String(validating:as:)` is generic over the encoding, and runs unspecialised.
      return String(
        copying: try UTF8Span(validating: UnsafeBufferPointer(start: data, count: len).span))
    } catch {
      throw CodingError.malformed("\(what) is not valid UTF-8")
    }
  }

  func identity<ID: Identity>(_ what: String) throws -> ID {
    guard let id = ID(buffer) else {
      throw CodingError.malformed("\(what) is not a UUID of version 7")
    }
    return id
  }

  func optionalIdentity<ID: Identity>(_ what: String) throws -> ID? {
    len == 0 ? nil : try identity(what)
  }

  func revisionID(_ what: String) throws -> RevisionID {
    guard let id = RevisionID(buffer) else {
      throw CodingError.malformed("\(what) is not 32 bytes")
    }
    return id
  }

  func optionalRevisionID(_ what: String) throws -> RevisionID? {
    len == 0 ? nil : try revisionID(what)
  }

  func code(_ what: String) throws -> RecordCode {
    guard let code = RecordCode(try string(what)) else {
      throw CodingError.malformed("\(what) is not a code")
    }
    return code
  }
}

/// The messages of a repeated field.
func elements<Message>(
  _ pointers: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?, _ count: Int
) -> [UnsafeMutablePointer<Message>] {
  UnsafeBufferPointer(start: pointers, count: count).compactMap { $0 }
}

/// The members of a repeated field of bytes.
func elements(
  _ pointer: UnsafeMutablePointer<ProtobufCBinaryData>?, _ count: Int
) -> UnsafeBufferPointer<ProtobufCBinaryData> {
  UnsafeBufferPointer(start: pointer, count: count)
}

func position(_ number: Int64) throws -> LogPosition {
  // Half of what there is leaves room to count on from any position.
  guard (0...Int64.max / 2).contains(number) else {
    throw CodingError.malformed("a position is negative, or past all counting")
  }
  return LogPosition(number)
}
