internal import Foundation
internal import LiaisonModel
internal import LiaisonSync
internal import Synchronization

/// Tells when other servers have committed.
///
/// A notification is a doorbell only, rung after the commit and once for many: it makes the wait short. What is
/// told comes from looking where the log ends, which is done at each ring and once in a while without.
final class HeadWatch: Sendable {
  private struct State {
    /// The end of the log as this server knows it.
    var seen = LogPosition.zero
    var mustRing = false
    var isEnded = false
    /// Interrupts whoever watches.
    var wake: Pipe?
  }

  private let address: PostgresAddress
  private let state = Mutex(State())

  init(_ address: PostgresAddress) { self.address = address }

  /// This server has committed up to here: the others are told.
  func committed(through position: LogPosition) {
    state.withLock { state in
      state.seen = max(state.seen, position)
      state.mustRing = true
    }
    interrupt()
  }

  private func interrupt() {
    guard let wake = state.withLock({ $0.wake }) else { return }
    _ = Swift.withUnsafeBytes(of: UInt8(0)) {
      write(wake.fileHandleForWriting.fileDescriptor, $0.baseAddress, 1)
    }
  }

  /// Calls `moved` each time that another server has committed, until its task is cancelled.
  func run(_ moved: @escaping @Sendable () -> Void) async {
    let wake = Pipe()
    // A pipe that is full rings as well: a commit never waits for whoever watches.
    _ = fcntl(wake.fileHandleForWriting.fileDescriptor, F_SETFL, O_NONBLOCK)
    state.withLock { $0.wake = wake }
    await withTaskCancellationHandler {
      await BlockingThreads(1).run { [self] in
        while !state.withLock({ $0.isEnded }) { watch(moved, wake) }
      }
    } onCancel: {
      state.withLock { $0.isEnded = true }
      interrupt()
    }
  }

  /// Watches on one connection, as long as it holds.
  private func watch(_ moved: () -> Void, _ wake: Pipe) {
    do {
      let connection = try PostgresConnection(address)
      var listens = false
      while !state.withLock({ $0.isEnded }) {
        // A standby can neither ring nor hear, until it is promoted.
        let isStandby = try look(connection, moved)
        if !isStandby, !listens {
          try connection.run(Statement("LISTEN \(channel)"))
          listens = true
          continue
        }
        if !isStandby { try ring(connection) }
        wait(connection.socket, wake)
        try connection.takeNotifications()
      }
    } catch {
      // The calls of the service say why. It is tried again, as long as the server runs.
      wait(nil, wake)
    }
  }

  private var channel: String { "liaison_\(address.namespace)" }

  /// - Returns: whether the database is a standby.
  private func look(_ connection: PostgresConnection, _ moved: () -> Void) throws -> Bool {
    let row = try connection.run(Statement("SELECT head, pg_is_in_recovery() FROM register")).first
    guard let row else { return true }
    let (head, isStandby): (LogPosition, Bool) = (try row.position(0), try row.value(1))
    let isNew = state.withLock { state in
      // It may also be behind: another database took over.
      defer { state.seen = head }
      return head != state.seen
    }
    if isNew { moved() }
    return isStandby
  }

  private func ring(_ connection: PostgresConnection) throws {
    let must = state.withLock { state in
      defer { state.mustRing = false }
      return state.mustRing
    }
    if must { try connection.run(Statement("NOTIFY \(channel)")) }
  }

  /// Until there is something on the socket, or somebody interrupts, but not for long.
  private func wait(_ socket: Int32?, _ wake: Pipe) {
    let mine = wake.fileHandleForReading.fileDescriptor
    var polled = [mine, socket].compactMap { $0 }.map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    guard poll(&polled, nfds_t(polled.count), Int32(Tuning.headMilliseconds)) > 0 else { return }
    guard polled[0].revents != 0 else { return }
    var bytes = [UInt8](repeating: 0, count: 4096)
    _ = read(mine, &bytes, bytes.count)
  }
}
