package import GRPCCore
package import LiaisonSync

/// How an error of a call travels: its gRPC status, and its name if it has one. The one table of
/// them, read both ways; the article *Protocol* repeats it.
package struct CallStatus: Hashable, Sendable {
  package let error: CallError
  package let code: RPCError.Code
  /// The value of `liaison-error` in the trailing metadata.
  package let name: String?

  /// What a server says, in the order of the article.
  package static let table =
    [
      CallStatus(error: .unknownOffice, code: .unauthenticated, name: "unknown-office"),
      CallStatus(error: .otherProtocol, code: .unimplemented, name: "other-protocol"),
      CallStatus(error: .otherRegister, code: .failedPrecondition, name: "other-register"),
      CallStatus(error: .otherHistory, code: .failedPrecondition, name: "other-history"),
      CallStatus(error: .malformed, code: .invalidArgument, name: nil),
      CallStatus(error: .tooLarge, code: .resourceExhausted, name: "too-large"),
      CallStatus(error: .tooManyCalls, code: .resourceExhausted, name: "too-many-calls"),
      CallStatus(error: .storeUnavailable, code: .unavailable, name: "store"),
      CallStatus(error: .notYet, code: .unavailable, name: "not-yet"),
    ]
    + NotAdmitted.allCases.map {
      CallStatus(error: .notAdmitted($0), code: .unauthenticated, name: $0.rawValue)
    }

  /// What a status without a name that is known says. A server of ours gives none of the rest.
  static let unnamed: [RPCError.Code: CallError] = [
    .invalidArgument: .malformed, .resourceExhausted: .tooLarge, .unimplemented: .otherProtocol,
    .unavailable: .unreachable(.noAnswer), .cancelled: .unreachable(.noAnswer),
    .deadlineExceeded: .unreachable(.noAnswer),
  ]

  /// The row of an error; what a server cannot mean is its failure.
  static func of(_ error: CallError) -> CallStatus {
    table.first { $0.error == error }
      ?? CallStatus(error: error, code: .internalError, name: nil)
  }
}
