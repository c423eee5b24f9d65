import Foundation

/// The lines that a process prints, as it prints them.
final class ProcessLines {
  private let pipe = Pipe()
  private var text: Substring = ""

  /// Starts the process.
  init(of process: Process) throws {
    process.standardOutput = pipe
    try process.run()
  }

  /// Waits for the next line; nil at the end.
  func next() -> String? {
    while true {
      if let end = text.firstIndex(of: "\n") {
        defer { text = text[text.index(after: end)...] }
        return String(text[..<end])
      }
      let data = pipe.fileHandleForReading.availableData
      guard !data.isEmpty else { return nil }
      text += String(decoding: data, as: UTF8.self)
    }
  }
}
