public import Foundation

/// A scratch folder that goes with the test.
public final class Scratch: Sendable {
  public let path: String

  public init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appending(path: "liaison-test-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  public func folder(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file.
  /// - Returns: its path.
  public func file(_ name: String, _ content: Data) throws -> String {
    try content.write(to: URL(filePath: folder(name)))
    return folder(name)
  }

  deinit {
    do { try FileManager.default.removeItem(atPath: path) } catch { print("left behind: \(path)") }
  }
}
