import LiaisonIdentity
import LiaisonModel
import LiaisonSync
import LiaisonWire

@testable import LiaisonExchange

/// Everything that reads bytes of somebody else's, each with what must hold of whatever it makes of them.
public enum FuzzedDecoder: UInt8, CaseIterable, Sendable {
  case revision, schema, pullRequest, pullResponse, pushRequest, pushResponse, historyRequest
  case historyResponse, schemaFile, importLine, enrolRequest, renewRequest, enrolment, invitation
  case certificate, healthCheckRequest, healthListResponse, reflectionRequest, reflectionResponse

  /// The decoder that an input's first byte names, and the bytes behind it.
  public init(input: some Collection<UInt8>) {
    let number = (input.first ?? 0) % UInt8(FuzzedDecoder.allCases.count)
    self = FuzzedDecoder(rawValue: number) ?? .revision
  }

  /// Reads bytes as this decoder does.
  /// - Returns: whether they are what it reads.
  /// - Throws: ``Breach`` if it makes something of them that it must not.
  @discardableResult
  public func read(_ bytes: [UInt8]) throws -> Bool {
    switch self {
    case .revision: try readRevision(bytes)
    case .schema: try readSchema(bytes)
    case .pullRequest: try goesRound(PullRequest.self, bytes)
    case .pullResponse: try goesRound(PullResponse.self, bytes)
    case .pushRequest: try goesRound(PushRequest.self, bytes)
    case .pushResponse: try goesRound(PushResponse.self, bytes)
    case .historyRequest: try goesRound(HistoryRequest.self, bytes)
    case .historyResponse: try goesRound(HistoryResponse.self, bytes)
    case .schemaFile: try readSchemaFile(bytes)
    case .importLine: try readImportLine(bytes)
    case .enrolRequest: try goesRound(EnrolRequest.self, bytes)
    case .renewRequest: try goesRound(RenewRequest.self, bytes)
    case .enrolment: try goesRound(Enrolment.self, bytes)
    case .invitation: try readInvitation(bytes)
    case .certificate: try readCertificate(bytes)
    case .healthCheckRequest: try goesRound(HealthCheckRequest.self, bytes)
    case .healthListResponse: try goesRound(HealthListResponse.self, bytes)
    case .reflectionRequest: try goesRound(ServerReflectionRequest.self, bytes)
    case .reflectionResponse: try goesRound(ServerReflectionResponse.self, bytes)
    }
  }

  /// What must hold does not.
  public struct Breach: Error, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
  }

  private func expect(_ holds: Bool, _ what: String) throws {
    if !holds { throw Breach("\(self): \(what)") }
  }

  /// What is wrong with bytes is a ``CodingError``, and nothing else.
  private func decoded<Value>(_ body: () throws -> Value) throws -> Value? {
    do {
      return try body()
    } catch is CodingError {
      return nil
    } catch {
      throw Breach("\(self): it fails of \(error)")
    }
  }

  private func goesRound<Message: WireEncodable & WireDecodable & Equatable>(
    _ type: Message.Type, _ bytes: [UInt8]
  ) throws -> Bool {
    guard let message = try decoded({ try Message(wire: bytes) }) else { return false }
    try expect(try Message(wire: message.wireBytes()) == message, "it is another when sent on")
    return true
  }

  private func readInvitation(_ bytes: [UInt8]) throws -> Bool {
    guard let invitation = Invitation(String(decoding: bytes, as: UTF8.self)) else { return false }
    try expect(Invitation("\(invitation)") == invitation, "it is another when written again")
    return true
  }

  private static let authority = Result {
    var random = SystemRandomNumberGenerator()
    return try RegisterAuthority.make(
      of: RegisterID(UUIDv7(milliseconds: 1, random: &random)), at: Timestamp(milliseconds: 0))
  }

  /// What any caller of a server may present.
  private func readCertificate(_ bytes: [UInt8]) throws -> Bool {
    do {
      let presented = try Self.authority.get().read(bytes)
      try expect(!presented.isOurs, "the authority has not signed it")
      return true
    } catch is CertificateFault {
      return false
    }
  }

  private func readRevision(_ bytes: [UInt8]) throws -> Bool {
    let codec = RevisionCodec()
    let change = Change(position: LogPosition(1), bytes: bytes)
    let filed = codec.file([change])
    guard let revision = try decoded({ try codec.decode(bytes) }) else {
      try expect(filed.faults.count == 1, "a clone finds no fault in what cannot be read")
      _ = try decoded { try codec.look(at: EncodedRevision(id: codec.id(of: bytes), bytes: bytes)) }
      return false
    }
    try expect(try codec.encode(revision).bytes == bytes, "it has two encodings")
    try expect(
      filed.faults.isEmpty && filed.entries.first?.revision.summary == RevisionSummary(revision),
      "a clone files it as something else")
    try expect(try codec.parent(of: bytes) == revision.parent, "its parent is another")
    try expect(try codec.searchText(of: bytes) == revision.state.searchText, "its words are others")
    // What a server judges of any revision.
    let schema = CooperationRegister.schema
    _ = schema.problems(with: revision.state, of: revision.kind)
    _ = schema.strangers(in: revision.state, of: revision.kind, since: revision.state)
    let merge = Merge(
      base: revision.state, ours: revision.state, theirs: revision.state,
      kind: schema.kind(revision.kind))
    try expect(
      merge.state == revision.state && merge.disagreements.isEmpty, "it does not agree with itself")
    return true
  }

  private func readSchema(_ bytes: [UInt8]) throws -> Bool {
    guard let filed = try decoded({ try SchemaCodec().file(schema: bytes) }) else { return false }
    try expect(filed.schema.faults.isEmpty, "it is read, and is wrong")
    guard !filed.schema.isOpaque else { return true }
    let again = try SchemaCodec().encode(filed.schema)
    try expect(
      try SchemaCodec().file(schema: again.bytes).schema == filed.schema,
      "it is another when sent on")
    let text = SchemaFile.print(filed.schema)
    try expect(try SchemaFile.read(text.utf8) == filed.schema, "its file says something else")
    return true
  }

  private func readSchemaFile(_ bytes: [UInt8]) throws -> Bool {
    let document: SchemaDocument
    do {
      document = try SchemaDocument(bytes)
    } catch {
      return false
    }
    for fault in document.schema.faults { _ = document.place(of: fault) }
    guard document.schema.faults.isEmpty else { return false }
    try expect(
      try SchemaFile.read(SchemaFile.print(document.schema).utf8) == document.schema,
      "it is another when printed")
    return true
  }

  private func readImportLine(_ bytes: [UInt8]) throws -> Bool {
    do {
      let line = try ImportLine(bytes, line: 1, CooperationRegister.schema)
      for (place, value) in line.fields { _ = try value.input(for: line.kind.fields[place].type) }
      return true
    } catch is ImportError {
      return false
    } catch is Problem {
      return false
    }
  }
}
