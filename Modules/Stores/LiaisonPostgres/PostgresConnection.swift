internal import CLibPQ
internal import Foundation
internal import LiaisonSync

/// A connection to PostgreSQL, in pipeline mode (libpq's documentation, *Pipeline Mode*): any number of
/// statements take one round trip.
///
/// It blocks, and each wait has an end. One thread at a time has it.
final class PostgresConnection {
  /// How long an answer is waited for.
  enum Patience: Sendable {
    /// As long as a caller of the server waits.
    case call
    /// A whole register is read or written.
    case maintenance

    var seconds: Int {
      switch self {
      case .call: Tuning.serverBusySeconds + 1
      case .maintenance: Tuning.maintenanceSeconds
      }
    }
  }

  let handle: OpaquePointer
  private let notices = Notices()
  private var prepared: [String: String] = [:]
  private var deadline = ContinuousClock.now
  /// Whether it has answered since somebody took it from the pool.
  var hasAnswered = false
  var patience = Patience.call

  /// - Throws: ``PostgresFault/lost(_:)``, ``PostgresFault/untrusted(_:)``.
  init(_ address: PostgresAddress) throws {
    let options = address.options.sorted { $0.key < $1.key }
    let keywords = options.map { strdup($0.key) } + [nil]
    let values = options.map { strdup($0.value) } + [nil]
    defer { for text in keywords + values { free(text) } }
    let connected = PQconnectdbParams(
      keywords.map { UnsafePointer($0) }, values.map { UnsafePointer($0) }, 0)
    guard let connected else { throw PostgresFault.lost("there is no memory for a connection") }
    handle = connected
    guard PQstatus(handle) == CONNECTION_OK else { throw faultOfConnecting() }
    PQsetNoticeReceiver(handle, Notices.receive, Unmanaged.passUnretained(notices).toOpaque())
    guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else { throw fault() }
    try settle(address)
  }

  deinit { PQfinish(handle) }

  /// What every session of ours relies on.
  private func settle(_ address: PostgresAddress) throws {
    // Each query goes by an index, whatever the statistics of a table that has just been filled say.
    let settings = [
      "search_path": address.quotedNamespace, "statement_timeout": "\(Tuning.serverBusySeconds)s",
      "lock_timeout": "\(Tuning.serverBusySeconds - 1)s",
      // The register's row may be locked: all others wait for it.
      "idle_in_transaction_session_timeout": "\(Tuning.serverBusySeconds)s",
      // A machine that has gone does not keep it either.
      "tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3",
      "enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off", "jit": "off",
      "plan_cache_mode": "force_generic_plan",
    ]
    let names = settings.keys.sorted()
    let answers = try run(
      [
        Statement(
          "SELECT set_config(name, value, false) FROM unnest($1, $2) AS setting (name, value)",
          .all(names), .all(names.map { settings[$0] ?? "" })),
        // What was answered must be on the disk: an administrator's other choices than off are his.
        Statement(
          """
          SELECT set_config('synchronous_commit', 'on', false)
          WHERE current_setting('synchronous_commit') = 'off'
          """),
        Statement(
          "SELECT current_setting('fsync'), current_setting('server_encoding')"),
      ])
    guard let server = answers[2].first else { return }
    guard try server.value(0) as String == "on" else {
      throw StoreError.unfit("fsync is off in the database: what it answered could be lost")
    }
    guard try server.value(1) as String == "UTF8" else {
      throw StoreError.unfit("the database is not in UTF8")
    }
  }

  /// PostgreSQL's version, 150018 for 15.18.
  var version: Int { Int(PQserverVersion(handle)) }

  /// Its socket, to wait for what it says by itself.
  var socket: Int32 { PQsocket(handle) }

  /// What it warned of in the last run.
  var warnings: [String] { notices.warnings }

  /// Takes what it has said by itself since the last time, so that its socket is silent.
  /// - Throws: ``PostgresFault/lost(_:)``.
  func takeNotifications() throws {
    guard PQconsumeInput(handle) == 1 else { throw fault() }
    while let notification = PQnotifies(handle) { PQfreemem(notification) }
  }

  // MARK: Statements

  @discardableResult
  func run(_ statement: Statement) throws -> Rows { try run([statement])[0] }

  /// Runs statements one after the other in one round trip; without a `BEGIN` they are one transaction.
  /// - Throws: ``PostgresFault``: of the first that fails. Those behind it are not run.
  @discardableResult
  func run(_ statements: [Statement]) throws -> [Rows] {
    deadline = .now + .seconds(patience.seconds)
    notices.warnings = []
    var isNew: [Bool] = []
    for statement in statements { isNew.append(try send(statement)) }
    guard PQpipelineSync(handle) == 1 else { throw fault() }
    var all: [Rows] = []
    var first: PostgresFault?
    for (statement, isNew) in zip(statements, isNew) {
      // Each has its answer, also behind one that failed: first that to its being prepared.
      for isOfRun in isNew ? [false, true] : [true] {
        do {
          let rows = try answer()
          if isOfRun { all.append(rows) }
        } catch let fault as PostgresFault {
          guard case .refused = fault else { throw fault }
          if !isOfRun { prepared[statement.text] = nil }
          first = first ?? fault
        }
      }
    }
    let end = try next()
    defer { PQclear(end) }
    guard PQresultStatus(end) == PGRES_PIPELINE_SYNC else { throw fault() }
    hasAnswered = true
    if let first { throw first }
    return all
  }

  /// - Returns: whether it is prepared with it.
  private func send(_ statement: Statement) throws -> Bool {
    let isNew = prepared[statement.text] == nil
    let name = prepared[statement.text] ?? "s\(prepared.count)"
    if isNew {
      prepared[statement.text] = name
      let types = statement.parameters.map { Oid($0.type) }
      guard PQsendPrepare(handle, name, statement.text, Int32(types.count), types) == 1 else {
        throw fault()
      }
    }
    // One byte more, so that also an empty value has an address: without one it would be NULL.
    let bytes = statement.parameters.reduce(into: []) { $0 += $1.bytes ?? [] } + [UInt8(0)]
    let sent = bytes.withUnsafeBytes { bytes in
      var place = 0
      var values: [UnsafePointer<CChar>?] = []
      var lengths: [Int32] = []
      for parameter in statement.parameters {
        let count = parameter.bytes?.count ?? 0
        let start = bytes.baseAddress?.advanced(by: place).assumingMemoryBound(to: CChar.self)
        values.append(parameter.bytes == nil ? nil : start)
        lengths.append(Int32(count))
        place += count
      }
      let binary = [Int32](repeating: 1, count: values.count)
      return PQsendQueryPrepared(handle, name, Int32(values.count), values, lengths, binary, 1)
    }
    guard sent == 1 else { throw fault() }
    return isNew
  }

  /// What one statement answers.
  private func answer() throws -> Rows {
    guard let result = try next() else { throw fault() }
    defer { PQclear(result) }
    while let more = try next() { PQclear(more) }
    switch PQresultStatus(result) {
    case PGRES_TUPLES_OK, PGRES_COMMAND_OK: return Rows(result)
    case PGRES_PIPELINE_ABORTED: throw PostgresFault.refused(state: "25P02", "not run")
    default: throw fault(of: result)
    }
  }

  /// The next result; nil behind the last one of a statement.
  private func next() throws -> OpaquePointer? {
    while true {
      let unsent = PQflush(handle)
      guard unsent >= 0 else { throw fault() }
      if PQisBusy(handle) == 0 { return PQgetResult(handle) }
      let left = ContinuousClock.now.duration(to: deadline).components
      let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
      guard milliseconds > 0 else { throw PostgresFault.silent }
      if PQsslInUse(handle) == 1 {
        try readWhatTLSHolds()
        if PQisBusy(handle) == 0 { return PQgetResult(handle) }
        // What came between the two is looked at again soon.
        try wait(min(milliseconds, Int64(Tuning.encryptedLookMilliseconds)), isSending: unsent == 1)
      } else {
        try wait(milliseconds, isSending: unsent == 1)
      }
    }
  }

  /// Reads what comes, or waits until something can be sent.
  private func wait(_ milliseconds: Int64, isSending: Bool) throws {
    let events = Int16(POLLIN) | (isSending ? Int16(POLLOUT) : 0)
    var polled = pollfd(fd: PQsocket(handle), events: events, revents: 0)
    guard poll(&polled, 1, Int32(milliseconds)) >= 0 || errno == EINTR else { throw fault() }
    if polled.revents & ~Int16(POLLOUT) != 0 {
      guard PQconsumeInput(handle) == 1 else { throw fault() }
    }
  }

  /// TLS takes a whole record off the socket, of up to 16 KiB, and keeps what libpq has no room for: the socket is
  /// silent then, and poll(2) would wait for what is here already. So libpq reads once more on a silent socket.
  private func readWhatTLSHolds() throws {
    var polled = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
    guard poll(&polled, 1, 0) >= 0 || errno == EINTR else { throw fault() }
    guard polled.revents != 0 || PQconsumeInput(handle) == 1 else { throw fault() }
  }

  // MARK: Transactions

  /// Commits what has been begun.
  /// - Throws: ``PostgresFault/doubtful(_:)`` if the database warns: it does if it stops waiting for a standby.
  func commit(after statements: [Statement] = []) throws {
    try run(statements + [Statement("COMMIT")])
    if let warning = warnings.first { throw PostgresFault.doubtful(warning) }
  }

  /// Ends a transaction that failed. What cannot be ended ends with its connection.
  /// - Returns: whether the connection can be used further.
  func recover() -> Bool {
    patience = .call
    guard PQstatus(handle) == CONNECTION_OK else { return false }
    switch PQtransactionStatus(handle) {
    case PQTRANS_IDLE: return true
    case PQTRANS_INERROR, PQTRANS_INTRANS: return (try? run(Statement("ROLLBACK"))) != nil
    default: return false
    }
  }
}
