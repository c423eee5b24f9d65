import Foundation
import Logging

/// The service manager that has started this process, if it asks to be told how the server is: one datagram
/// each to the socket that `NOTIFY_SOCKET` names, as sd_notify(3) has it.
struct ServiceManager: Sendable {
  enum State: Hashable, Sendable {
    /// It serves, from the start on or again after ``reloading``.
    case ready(String)
    case reloading
    case stopping
    /// The server answers: before the watchdog's time is over, or the manager ends the process.
    case alive
    /// The server does not answer; the watchdog's time goes on.
    case failing(String)
  }

  /// After how long without ``State/alive`` the manager ends the process; nil if it does not watch.
  let watchdog: Duration?
  private let socket: String
  private let log: Logger

  /// - Returns: nil if no manager asks.
  init?(_ environment: [String: String] = ProcessInfo.processInfo.environment, log: Logger) {
    guard let socket = environment["NOTIFY_SOCKET"], !socket.isEmpty else { return nil }
    self.socket = socket
    self.log = log
    let isWatched =
      environment["WATCHDOG_PID"].map { $0 == "\(ProcessInfo.processInfo.processIdentifier)" }
      ?? true
    let time = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
    watchdog = isWatched && time > 0 ? .microseconds(time) : nil
  }

  /// A manager that does not listen keeps nobody from being served: the log tells it.
  func tell(_ state: State) {
    let text = ServiceManager.lines(state).joined(separator: "\n")
    guard let address = NotifyAddress(socket) else {
      return log.warning("NOTIFY_SOCKET is no path or abstract name of a socket: \(socket)")
    }
    if let reason = address.send(Array(text.utf8)) {
      log.warning("the service manager cannot be told: \(reason)")
    }
  }

  /// Tells that the server is alive, twice in the watchdog's time, and only while `answer` returns.
  func keepAlive(_ answer: @Sendable () async throws -> Void) async throws {
    guard let watchdog else { return }
    var hasFailed = false
    while true {
      do {
        try await answer()
        tell(.alive)
        if hasFailed { tell(.ready("answers again")) }
        hasFailed = false
      } catch let error where !(error is CancellationError) {
        if !hasFailed { log.error("the server does not answer: \(error)") }
        hasFailed = true
        tell(.failing("\(error)"))
      }
      // A server really pauses here: the service manager counts the time. It ends with the task.
      try await Task.sleep(for: watchdog / 2)
    }
  }

  static func lines(_ state: State) -> [String] {
    switch state {
    case .ready(let text): ["READY=1", status(text)]
    case .reloading:
      [
        "RELOADING=1", "MONOTONIC_USEC=\(NotifyAddress.monotonicMicroseconds())",
        status("reads its files again"),
      ]
    case .stopping: ["STOPPING=1", status("takes no new calls")]
    case .alive: ["WATCHDOG=1"]
    case .failing(let text): [status("does not answer: \(text)")]
    }
  }

  private static func status(_ text: String) -> String {
    "STATUS=" + text.replacing("\n", with: " ")
  }
}
