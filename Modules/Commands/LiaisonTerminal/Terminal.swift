internal import CTerminal
internal import Foundation
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// What is known of where a command writes to.
public enum Terminal {
  /// Columns of standard output; nil if it is not a terminal.
  public static var columns: Int? { columns(of: STDOUT_FILENO) }

  fileprivate static func columns(of file: Int32) -> Int? {
    guard isatty(file) == 1 else { return nil }
    var size = winsize()
    guard ioctl(file, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Whether colour is wanted: on a terminal, unless NO_COLOR is set (no-color.org).
  public static var hasColor: Bool {
    let environment = ProcessInfo.processInfo.environment
    return isatty(STDOUT_FILENO) == 1 && (environment["NO_COLOR"] ?? "").isEmpty
      && environment["TERM"] != "dumb"
  }

  /// Whether a person can be asked: both what is read and what is told is a terminal.
  public static var isInteractive: Bool {
    isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1
  }

  /// Asks a person.
  /// - Returns: the answer without spaces around it; "" if there is none.
  public static func ask(_ question: String) -> String {
    Output.flush()
    Output.error(question)
    return (readLine() ?? "").trimmingCharacters(in: .whitespaces)
  }

  public enum Style: String, Sendable {
    case bold = "1"
    case red = "31"
    case green = "32"
    case dim = "2"
  }

  public static func styled(_ text: String, _ style: Style) -> String {
    hasColor ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// The columns that a text takes, by the system's tables (`wcwidth`).
  public static func width(of text: String) -> Int {
    if isPlain(text.utf8) { return text.utf8.count }
    return text.unicodeScalars.reduce(0) { $0 + max(0, Int(liaison_wcwidth(wchar_t($1.value)))) }
  }

  /// Whether each byte is a character of one column, as most texts are.
  static func isPlain(_ text: some Collection<UInt8>) -> Bool {
    text.allSatisfy { (0x20..<0x7F).contains($0) }
  }

  /// The text cut to a width, with `…` if something was cut.
  public static func fitted(_ text: String, to limit: Int) -> String {
    guard width(of: text) > limit, limit > 0 else { return text }
    var result = ""
    var used = 1
    for character in text {
      used += width(of: String(character))
      if used > limit { break }
      result.append(character)
    }
    return result + "…"
  }

  /// Control characters made harmless, so that no record can steer a terminal.
  public static func safe(_ text: String) -> String {
    if isPlain(text.utf8) { return text }
    return String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "·" : $0 }))
  }

  /// A message as a terminal, a log and whoever looks on may have it: harmless, and without the password of an
  /// address.
  public static func shown(_ message: String) -> String {
    safe(message).replacing(/(:\/\/[^\s:@\/]*):\S*@/) { "\($0.1):…@" }
  }

  private static let isProgressShown = Mutex(false)

  static func showProgress(_ line: String) {
    guard let columns = columns(of: STDERR_FILENO) else { return }
    isProgressShown.withLock { $0 = true }
    Output.error("\r\(fitted(line, to: columns - 1))\u{1B}[K")
  }

  static func clearProgress() {
    let wasShown = isProgressShown.withLock { shown in
      defer { shown = false }
      return shown
    }
    if wasShown { Output.error("\r\u{1B}[K") }
  }
}

/// How far a long command is: records, rate, and what remains; on a terminal only.
public final class ProgressLine: Sendable {
  private let verb: String
  private let isWanted: Bool
  private let start = ContinuousClock.now
  private let shown = Throttle()

  /// - Parameter isWanted: false if the command's output takes the same terminal.
  public init(_ verb: String, isWanted: Bool = true) {
    self.verb = verb
    self.isWanted = isWanted
  }

  public func update(_ count: Int, remaining: Int?) {
    guard isWanted, shown.isDue() else { return }
    let seconds = Double((ContinuousClock.now - start) / .milliseconds(1)) / 1000
    let rate = seconds > 0 ? Int(Double(count) / seconds) : 0
    let rest = remaining.map { ", \($0) remain" } ?? ""
    Terminal.showProgress("\(verb) \(count) records, \(rate)/s\(rest)")
  }

  public func end() { Terminal.clearProgress() }
}
