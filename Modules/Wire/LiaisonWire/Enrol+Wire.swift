internal import CLiaisonProto
internal import LiaisonModel
public import LiaisonSync

// The messages of Enrol.

extension EnrolRequest: WireEncodable, WireDecodable {
  public func packed() throws -> Packed {
    try Packed { arena in
      let message = try arena.make(pb__enrol_request__init)
      message.pointee.protocol = version
      message.pointee.secret = try arena.copy(secret)
      message.pointee.office = try arena.copy(Array(office.text.utf8))
      return message
    }
  }

  public init(wire bytes: UnsafeRawBufferPointer, memory: Int) throws {
    let arena = Arena(first: bytes.count * 4, cap: memory)
    let message = try arena.unpack(bytes, pb__enrol_request__unpack).pointee
    guard message.secret.len == Invitation.secretBytes else {
      throw CodingError.malformed("an invitation's secret has \(Invitation.secretBytes) bytes")
    }
    guard let office = OfficeID(try message.office.string("an office")) else {
      throw CodingError.malformed("an enrolment is of no office")
    }
    self.init(version: message.protocol, office: office, secret: message.secret.array)
  }
}

extension RenewRequest: WireEncodable, WireDecodable {
  public func packed() throws -> Packed {
    try Packed { arena in
      let message = try arena.make(pb__renew_request__init)
      message.pointee.protocol = version
      return message
    }
  }

  public init(wire bytes: UnsafeRawBufferPointer, memory: Int) throws {
    let arena = Arena(first: bytes.count * 4, cap: memory)
    self.init(version: try arena.unpack(bytes, pb__renew_request__unpack).pointee.protocol)
  }
}

extension Enrolment: WireEncodable, WireDecodable {
  public func packed() throws -> Packed {
    try Packed { arena in
      let message = try arena.make(pb__enrolment__init)
      message.pointee.register_ = try arena.copy(register.bytes)
      message.pointee.replica = try arena.copy(replica.bytes)
      message.pointee.office = try arena.copy(Array(office.text.utf8))
      message.pointee.number = UInt32(number)
      message.pointee.certificate = try arena.copy(certificate)
      message.pointee.authority = try arena.copy(authority)
      return message
    }
  }

  public init(wire bytes: UnsafeRawBufferPointer, memory: Int) throws {
    let arena = Arena(first: bytes.count * 4, cap: memory)
    let message = try arena.unpack(bytes, pb__enrolment__unpack).pointee
    guard let office = OfficeID(try message.office.string("an office")), message.number > 0 else {
      throw CodingError.malformed("an enrolment is of no office")
    }
    self.init(
      register: try message.register_.identity("a register"),
      replica: try message.replica.identity("a replica"), office: office,
      number: Int(message.number), certificate: message.certificate.array,
      authority: message.authority.array)
  }
}
