internal import Glibc
public import LiaisonModel
public import Logging

/// A log whose events are lines: a backend of swift-log.
public struct LineLog: LogHandler {
  public var logLevel: Logger.Level
  public var metadata: Logger.Metadata = [:]
  public var metadataProvider: Logger.MetadataProvider?
  private let form: LogForm
  private let isJournal: Bool
  private let now: @Sendable () -> Timestamp
  private let write: @Sendable (String) -> Void

  /// - Parameters:
  ///   - isJournal: whether systemd's journal reads it: then each line begins with its priority
  ///     (sd-daemon(3)), and text has no time, which the journal notes.
  ///   - write: is given whole lines.
  public init(
    _ form: LogForm, level: Logger.Level, isJournal: Bool, now: @escaping @Sendable () -> Timestamp,
    write: @escaping @Sendable (String) -> Void = LineLog.toStandardError
  ) {
    self.form = form
    logLevel = level
    self.isJournal = isJournal
    self.now = now
    self.write = write
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var told = metadata
    if let provider = metadataProvider { told.merge(provider.get()) { $1 } }
    if let own = event.metadata { told.merge(own) { $1 } }
    if let error = event.error { told["error"] = "\(error)" }
    let sorted = told.map { LogField($0.key, of: $0.value) }.sorted { $0.key < $1.key }
    let line = form.line(
      event.level, "\(event.message)", sorted,
      at: isJournal && form == .text ? nil : now())
    write((isJournal ? "<\(event.level.priority)>" : "") + line + "\n")
  }

  /// In one piece, so that lines of several threads stay lines.
  public static func toStandardError(_ line: String) {
    var bytes = Array(line.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      // Nobody could be told that nobody reads the log.
      guard count > 0 || errno == EINTR else { return }
      bytes = bytes.dropFirst(max(count, 0))
    }
  }

  /// Whether standard error leads to systemd's journal.
  /// - Parameter stream: the variable JOURNAL_STREAM (systemd.exec(5)): a device and an inode. It is
  ///   inherited by programs whose output goes elsewhere.
  public static func isJournal(_ stream: String?) -> Bool {
    isJournal(stream, file: STDERR_FILENO)
  }

  static func isJournal(_ stream: String?, file: Int32) -> Bool {
    var found = stat()
    guard let stream, fstat(file, &found) == 0 else { return false }
    return stream == "\(found.st_dev):\(found.st_ino)"
  }
}

extension Logger.Level {
  /// Of syslog(3).
  fileprivate var priority: Int {
    switch self {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}
