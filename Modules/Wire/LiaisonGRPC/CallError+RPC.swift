public import GRPCCore
public import LiaisonSync

// Errors on their way to the other side, and on their way back. What travels is the table's row,
// and a sentence without any value of the register.

extension CallError: RPCErrorConvertible {
  public var rpcErrorCode: RPCError.Code { CallStatus.of(self).code }
  public var rpcErrorMessage: String { description }
  public var rpcErrorMetadata: Metadata {
    let status = CallStatus.of(self)
    var metadata = Metadata()
    if let name = status.name { metadata.addString(name, forKey: SyncMethods.errorKey) }
    if status.code == .unavailable {
      metadata.addString("\(Tuning.pushbackMilliseconds)", forKey: SyncMethods.pushbackKey)
    }
    return metadata
  }

  /// What an error of the transport says about the call.
  package init(transport error: any Error) {
    switch error {
    case let error as CallError: self = error
    case let error as RPCError: self = CallError(error)
    case let error as CodingError: self = CallError(error)
    // A connection that broke, or a client that has stopped.
    default: self = .unreachable(.noAnswer)
    }
  }

  init(_ error: CodingError) {
    switch error {
    case .tooLarge: self = .tooLarge
    case .malformed, .notCanonical, .unknown: self = .malformed
    }
  }

  private init(_ error: RPCError) {
    // A status that came over the wire has no cause: this one was made on this side.
    if error.code == .unknown, let cause = error.cause {
      self.init(transport: cause)
      return
    }
    let names = error.metadata[stringValues: SyncMethods.errorKey]
    let named = CallStatus.table.first { row in names.contains { $0 == row.name } }
    self = named?.error ?? CallStatus.unnamed[error.code] ?? .peerFault(.failed)
  }
}

extension StoreError: RPCErrorConvertible {
  public var rpcErrorCode: RPCError.Code { CallError.storeUnavailable.rpcErrorCode }
  public var rpcErrorMessage: String { CallError.storeUnavailable.rpcErrorMessage }
  public var rpcErrorMetadata: Metadata { CallError.storeUnavailable.rpcErrorMetadata }
}

extension CodingError: RPCErrorConvertible {
  public var rpcErrorCode: RPCError.Code { CallError(self).rpcErrorCode }
  public var rpcErrorMessage: String { description }
  public var rpcErrorMetadata: Metadata { CallError(self).rpcErrorMetadata }
}
