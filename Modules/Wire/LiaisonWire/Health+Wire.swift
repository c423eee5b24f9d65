internal import CLiaisonProto
internal import LiaisonSync

// The messages of gRPC's standard health check, grpc.health.v1.

/// Asks how a service is.
public struct HealthCheckRequest: Hashable, Sendable {
  /// Empty for the server as a whole.
  public let service: String

  public init(service: String = "") { self.service = service }
}

/// How a service is.
public struct HealthCheckResponse: Hashable, Sendable {
  public enum ServingStatus: CaseIterable, Hashable, Sendable {
    /// Also what only a newer version knows.
    case unknown
    case serving
    case notServing
    case serviceUnknown
  }

  public let status: ServingStatus

  public init(_ status: ServingStatus) { self.status = status }
}

/// Asks how all services are.
public struct HealthListRequest: Hashable, Sendable {
  public init() {}
}

/// How each service is.
public struct HealthListResponse: Hashable, Sendable {
  public let statuses: [String: HealthCheckResponse]

  public init(_ statuses: [String: HealthCheckResponse]) { self.statuses = statuses }
}

extension HealthCheckRequest: WireEncodable, WireDecodable {
  public func packed() throws -> Packed {
    try Packed { arena in
      let message = try arena.make(health__health_check_request__init)
      message.pointee.service = try arena.copy(service)
      return message
    }
  }

  public init(wire bytes: UnsafeRawBufferPointer, memory: Int) throws {
    let arena = Arena(first: bytes.count * 4, cap: memory)
    let message = try arena.unpack(bytes, health__health_check_request__unpack).pointee
    self.init(service: try message.service.string("a service"))
  }
}

extension HealthListRequest: WireEncodable, WireDecodable {
  public func packed() throws -> Packed {
    try Packed { try $0.make(health__health_list_request__init) }
  }

  public init(wire bytes: UnsafeRawBufferPointer, memory: Int) throws {
    let arena = Arena(first: bytes.count * 4, cap: memory)
    _ = try arena.unpack(bytes, health__health_list_request__unpack)
    self.init()
  }
}

extension HealthCheckResponse: WireEncodable, WireDecodable {
  public func packed() throws -> Packed { try Packed { try message(in: $0) } }

  public init(wire bytes: UnsafeRawBufferPointer, memory: Int) throws {
    let arena = Arena(first: bytes.count * 4, cap: memory)
    self.init(try arena.unpack(bytes, health__health_check_response__unpack).pointee)
  }

  fileprivate func message(
    in arena: Arena
  ) throws -> UnsafeMutablePointer<Health__HealthCheckResponse> {
    let message = try arena.make(health__health_check_response__init)
    message.pointee.status = ServingStatus.table[status]
    return message
  }

  fileprivate init(_ message: Health__HealthCheckResponse) {
    self.init(ServingStatus.table.ours(message.status) ?? .unknown)
  }
}

extension HealthListResponse: WireEncodable, WireDecodable {
  public func packed() throws -> Packed {
    try Packed { arena in
      let message = try arena.make(health__health_list_response__init)
      message.pointee.n_statuses = statuses.count
      message.pointee.statuses = try arena.array(statuses.sorted { $0.key < $1.key }) {
        name, status in
        let entry = try arena.make(health__health_list_response__statuses_entry__init)
        entry.pointee.key = try arena.terminated(name)
        entry.pointee.value = try status.message(in: arena)
        return entry
      }
      return message
    }
  }

  public init(wire bytes: UnsafeRawBufferPointer, memory: Int) throws {
    let arena = Arena(first: bytes.count * 4, cap: memory)
    let message = try arena.unpack(bytes, health__health_list_response__unpack).pointee
    var statuses: [String: HealthCheckResponse] = [:]
    for entry in elements(message.statuses, message.n_statuses) {
      guard let key = entry.pointee.key, let name = String(validatingCString: key) else {
        throw CodingError.malformed("a service is not valid UTF-8")
      }
      statuses[name] =
        entry.pointee.value.map { HealthCheckResponse($0.pointee) } ?? .init(.unknown)
    }
    self.init(statuses)
  }
}

extension HealthCheckResponse.ServingStatus {
  fileprivate static let table = EnumTable<Self, Health__HealthCheckResponse__ServingStatus> {
    status in
    switch status {
    case .unknown: HEALTH__HEALTH_CHECK_RESPONSE__SERVING_STATUS__UNKNOWN
    case .serving: HEALTH__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING
    case .notServing: HEALTH__HEALTH_CHECK_RESPONSE__SERVING_STATUS__NOT_SERVING
    case .serviceUnknown: HEALTH__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVICE_UNKNOWN
    }
  }
}
