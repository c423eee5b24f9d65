internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
public import LiaisonModel
public import LiaisonSync
internal import LiaisonWire
internal import Synchronization

/// Carries a sync round over gRPC: HTTP/2 over TCP.
public struct GRPCSyncTransport: SyncTransport {
  private let client: GRPCClient<HTTP2ClientTransport.Posix>
  private let address: String
  private let office: OfficeID
  private let answerTime: Duration

  /// Connects to `address`, `HOST:PORT`, for the length of `body`.
  /// - Parameter answerTime: how long a server may take for its first answer.
  /// - Throws: ``SyncError``, or what `body` throws.
  public static func connecting<Result: Sendable>(
    to address: String, office: OfficeID,
    answerTime: Duration = .seconds(Limits.answerSeconds),
    _ body: @escaping @Sendable (GRPCSyncTransport) async throws -> Result
  ) async throws -> Result {
    let transport = try HTTP2ClientTransport.Posix(
      target: target(of: address), transportSecurity: .plaintext,
      config: .defaults { config in
        config.http2.targetWindowSize = Tuning.windowBytes
        config.http2.maxFrameSize = Tuning.frameBytes
        config.connection.keepalive = .init(
          time: .seconds(Tuning.keepaliveSeconds),
          timeout: .seconds(Tuning.keepaliveAnswerSeconds), allowWithoutCalls: false)
      })
    return try await withGRPCClient(transport: transport) { client in
      try await body(
        GRPCSyncTransport(
          client: client, address: address, office: office, answerTime: answerTime))
    }
  }

  /// Whether a text is an address: `HOST:PORT`.
  public static func isAddress(_ text: String) -> Bool { split(text) != nil }

  public func pull(
    _ request: PullRequest, receive: @escaping @Sendable (PullResponse) async throws -> Void
  ) async throws {
    let isAnswered = Flag()
    try await mapping { ours in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        defer { group.cancelAll() }
        group.addTask {
          try await client.serverStreaming(
            request: ClientRequest(message: request, metadata: metadata),
            descriptor: SyncMethods.pull,
            serializer: WireSerializer<PullRequest>(),
            deserializer: WireDeserializer<PullResponse>(), options: options
          ) { response in
            for try await message in response.messages {
              isAnswered.set()
              try await ours.guarding { try await receive(message) }
            }
          }
          return true
        }
        // A peer that takes the connection and says nothing would be waited for without end.
        group.addTask {
          try await Task.sleep(for: answerTime)
          guard isAnswered.isSet else {
            throw SyncError(.unreachable, "the server at \(address) does not answer")
          }
          return false
        }
        for try await isThrough in group where isThrough { return }
      }
    }
  }

  public func push(
    next: @escaping @Sendable () async throws -> PushRequest?,
    receive: @escaping @Sendable ([Verdict]) async throws -> Void
  ) async throws {
    // One batch is under way at a time: the next is written when the verdicts of the last are in.
    let (turns, turn) = AsyncStream.makeStream(of: Void.self)
    turn.yield()
    try await mapping { ours in
      try await client.bidirectionalStreaming(
        request: StreamingClientRequest(metadata: metadata) { writer in
          for await _ in turns {
            guard let batch = try await ours.guarding({ try await next() }) else { return }
            try await writer.write(batch)
          }
        },
        descriptor: SyncMethods.push,
        serializer: WireSerializer<PushRequest>(), deserializer: WireDeserializer<PushResponse>(),
        options: options
      ) { response in
        defer { turn.finish() }
        for try await reply in response.messages {
          try await ours.guarding { try await receive(reply.verdicts) }
          turn.yield()
        }
      }
    }
  }

  private var metadata: Metadata { [SyncMethods.officeKey: .string(office.text)] }

  private var options: CallOptions {
    var options = CallOptions.defaults
    options.waitForReady = false
    options.maxResponseMessageBytes = SyncLimits.messageBytes
    return options
  }

  private static func split(_ address: String) -> (host: String, port: Int)? {
    guard let colon = address.lastIndex(of: ":"),
      let port = UInt16(address[address.index(after: colon)...]), port > 0
    else { return nil }
    let host = address[..<colon]
    guard !host.isEmpty, !host.contains(where: { " /@".contains($0) }) else { return nil }
    return (host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : String(host), Int(port))
  }

  private static func target(of address: String) throws -> any ResolvableTarget {
    guard let (host, port) = split(address) else {
      throw SyncError(.unreachable, "'\(address)' is not an address of the form HOST:PORT")
    }
    return host.contains(":")
      ? .ipv6(address: host, port: port) : .dns(host: host, port: port)
  }

  /// gRPC's statuses as our errors.
  private func mapping(_ body: (OwnError) async throws -> Void) async throws {
    let ours = OwnError()
    do {
      try await body(ours)
    } catch {
      if let own = ours.error { throw own }
      switch error {
      case let error as RPCError: throw syncError(error)
      case let error as RuntimeError:
        throw SyncError(.unreachable, "the connection to \(address) failed", cause: error)
      default: throw error
      }
    }
  }

  private func syncError(_ error: RPCError) -> SyncError {
    let names = error.metadata[stringValues: SyncMethods.errorKey]
    if let name = names.lazy.compactMap({ SyncMethods.ErrorName(rawValue: $0) }).first {
      let message = name == .store ? "the server's store: \(error.message)" : error.message
      return SyncError(SyncError.Code(name), message, cause: error)
    }
    switch error.code {
    case .unavailable, .cancelled, .deadlineExceeded:
      return SyncError(.unreachable, "no server answers at \(address)", cause: error)
    case .unimplemented:
      return SyncError(
        .otherProtocol, "the server at \(address) is not a Liaison server", cause: error)
    case .resourceExhausted: return SyncError(.tooLarge, error.message, cause: error)
    default: return SyncError(.peerFault, "the server failed: \(error.message)", cause: error)
    }
  }
}

extension SyncError.Code {
  fileprivate init(_ name: SyncMethods.ErrorName) {
    self =
      switch name {
      case .unknownOffice: .unknownOffice
      case .otherRegister: .otherRegister
      case .otherLineage: .otherLineage
      case .otherProtocol: .otherProtocol
      case .tooLarge: .tooLarge
      case .store: .unavailable
      }
  }
}

/// Remembers an error of this side of a call: gRPC cancels the call for it, and then reports only
/// that.
private final class OwnError: Sendable {
  private let first = Mutex<(any Error)?>(nil)

  var error: (any Error)? { first.withLock { $0 } }

  func guarding<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch {
      first.withLock { $0 = $0 ?? error }
      throw error
    }
  }
}
