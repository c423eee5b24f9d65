internal import LiaisonSync

/// Why PostgreSQL did not do what it was told.
enum PostgresFault: Error, Hashable {
  /// There is no connection any more, or none can be had: nothing is known of what was under way.
  case lost(String)
  /// There is no connection, because the other side did not show that it is the database.
  case untrusted(String)
  /// It has not answered in time: nothing is known of what was under way.
  case silent
  /// It refused, and has done nothing.
  /// - Parameter state: the SQLSTATE (PostgreSQL's documentation, *Error Codes*).
  case refused(state: String, String)
  /// It committed, but says that a standby may not have it.
  case doubtful(String)

  /// Whether the same may well succeed at once: it met another transaction.
  var isPassing: Bool {
    if case .refused(let state, _) = self { ["40001", "40P01"].contains(state) } else { false }
  }

  /// Whether others may well get what they ask for: it refused a value, met a constraint or a row that is damaged,
  /// or something is too large.
  var isOfWhatWasAsked: Bool {
    guard case .refused(let state, _) = self else { return false }
    return ["22", "23", "54", "XX"].contains { state.hasPrefix($0) }
  }

  /// Whether its connection is of no use any more.
  var endsConnection: Bool {
    switch self {
    case .lost, .untrusted, .silent, .doubtful: true
    // A server that was a primary, or goes down; a transaction that did nothing for too long.
    case .refused(let state, _): ["25006", "25P03"].contains(state) || state.hasPrefix("57P")
    }
  }

  /// As those who know nothing of PostgreSQL are told.
  var storeError: StoreError {
    switch self {
    case .lost(let why), .doubtful(let why): .unreachable(why)
    case .untrusted(let why): .untrusted(why)
    case .silent: .unreachable("the database does not answer")
    case .refused(let state, let what): Self.error(state, what)
    }
  }

  private static func error(_ state: String, _ what: String) -> StoreError {
    switch state {
    case "53100": return .full
    // Another transaction was in the way for too long.
    case "55P03", "57014", "40001", "40P01": return .locked(by: nil)
    case "25P03": return .unreachable(what)
    case "25006": return .unreachable("the database takes no writing: it is a standby")
    case "42P01", "42703", "42P06", "3F000":
      return .damaged("the database is not laid out as it should be: \(what)")
    case "42501": return .unfit("the database: \(what); GRANT gives its role that right")
    default: break
    }
    // Out of connections or memory; going down, or not up yet.
    let isPassing = ["08", "53", "57"].contains { state.hasPrefix($0) }
    return isPassing ? .unreachable(what) : .io("the database: \(what)")
  }

  /// - Throws: a fault as a ``StoreError``, and what else the body throws.
  static func guarding<Result>(_ body: () async throws -> Result) async throws -> Result {
    do { return try await body() } catch let fault as PostgresFault { throw fault.storeError }
  }
}
