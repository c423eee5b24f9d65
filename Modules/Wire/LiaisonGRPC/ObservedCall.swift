internal import GRPCCore
internal import LiaisonModel
internal import LiaisonSync
internal import Logging
internal import NIOCore
internal import Synchronization

/// A call under way: it counts what goes through it, and tells the log and those who run the server how it
/// ended.
final class ObservedCall: Sendable {
  private struct State {
    var report: CallReport
    var isOver = false
  }

  let id: String
  private let state: Mutex<State>
  private let begun = ContinuousClock.now
  private let observer: (any CallObserver)?
  private let log: Logger

  init(_ method: CallReport.Method, _ observer: (any CallObserver)?, _ log: Logger) {
    id = Self.newID()
    var log = log
    log[metadataKey: "call"] = "\(id)"
    (self.observer, self.log) = (observer, log)
    state = Mutex(State(report: CallReport(id: id, method: method)))
    observer?.began(method)
  }

  /// Whose caller has gone before it was answered.
  deinit { end(.left) }

  /// For the response: the caller may tell it to whoever runs the server.
  var metadata: Metadata { [SyncMethods.callKey: .string(id)] }

  func note(_ change: (inout CallReport) -> Void) { state.withLock { change(&$0.report) } }

  /// One more message with changes or edits.
  func carried(_ count: Int) {
    note { report in
      report.batches += 1
      report.changes += count
    }
  }

  func sent(_ changes: Int) {
    carried(changes)
    observer?.sent(changes)
  }

  /// Runs what comes before the response: a failure ends the call.
  func opening<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch {
      fail(error)
      throw error
    }
  }

  /// Runs what the response consists of: it ends the call.
  func answering(_ body: () async throws -> Void) async throws -> Metadata {
    try await opening(body)
    end(.fine)
    return [:]
  }

  /// Tells the server's own log of each call that is refused or fails, but of no end that the caller or
  /// the server made.
  private func fail(_ error: any Error) {
    let report = state.withLock { $0.report }
    var told: Logger.Metadata = ["why": "\(error)"]
    if let office = report.caller.office { told["office"] = "\(office)" }
    if let peer = report.peer { told["from"] = "\(peer)" }
    switch error {
    // The service has told why, which the caller does not learn.
    case CallError.storeUnavailable: end(.failed)
    case let error as CallError:
      log.notice("a call is refused", metadata: told)
      end(.refused(error))
    case let error as CodingError:
      log.notice("a call is refused", metadata: told)
      end(.refused(CallError(error)))
    // It has gone, or was let go.
    case is RPCError, is CancellationError, is ChannelError: end(.left)
    default:
      log.error("a call failed", metadata: told)
      end(.failed)
    }
  }

  private func end(_ outcome: CallReport.Outcome) {
    let report = state.withLock { state -> CallReport? in
      guard !state.isOver else { return nil }
      state.isOver = true
      state.report.outcome = outcome
      state.report.duration = ContinuousClock.now - begun
      return state.report
    }
    guard let report else { return }
    observer?.ended(report)
    log.debug("a call has ended", metadata: report.metadata)
  }

  private static func newID() -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension CallReport {
  fileprivate var metadata: Logger.Metadata {
    var told: Logger.Metadata = [
      "method": "\(method.rawValue)", "outcome": "\(outcome.word)",
      "seconds": .stringConvertible((duration / .microseconds(1)).rounded() / 1e6),
      "batches": .stringConvertible(batches), "changes": .stringConvertible(changes),
    ]
    if let office = caller.office { told["office"] = "\(office)" }
    if let replica = caller.replica { told["replica"] = "\(replica)" }
    if let peer { told["from"] = "\(peer)" }
    return told
  }
}
