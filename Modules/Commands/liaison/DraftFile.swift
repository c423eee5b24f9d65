import Foundation
import LiaisonReplica
import LiaisonTerminal

/// A draft in a file for $EDITOR, in the replica's own folder: only its owner may read it, and it stays
/// if the machine goes down meanwhile.
struct DraftFile {
  private let file: URL

  init(_ draft: Draft, in replica: String) throws {
    let folder = URL(filePath: replica).appending(path: "draft-\(UUID().uuidString)")
    file = folder.appending(path: "\(draft.record.code).txt")
    do {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
      try Data(draft.text.utf8).write(to: file, options: .withoutOverwriting)
    } catch {
      throw Failure("\(file.path) cannot be written", advice: "liaison edit CODE field=value")
    }
  }

  /// Opens the editor.
  /// - Returns: the text as it is then.
  func edit() throws -> String {
    let environment = ProcessInfo.processInfo.environment
    let editor =
      [environment["VISUAL"], environment["EDITOR"]].lazy.compactMap { $0 }.first { !$0.isEmpty }
      ?? "vi"
    guard try Foreground.run(editor, file.path) == 0 else {
      throw Failure("the editor '\(editor)' failed; nothing was changed", advice: "another EDITOR")
    }
    guard let data = FileManager.default.contents(atPath: file.path),
      let text = String(validating: data, as: UTF8.self)
    else { throw Failure("the edited text is not UTF-8", advice: "the same command again") }
    return text
  }

  /// Removes the file once `body` has made use of it; if it cannot, the text is still there.
  /// - Throws: ``Failure`` that names the file.
  func kept<Result>(_ body: () async throws -> Result) async throws -> Result {
    let result: Result
    do {
      result = try await body()
    } catch {
      let failure =
        Failure(office: error) ?? Failure("\(error)", advice: "the same command again")
      throw Failure(
        failure.message, advice: "\(failure.advice); what you wrote is in \(file.path)",
        status: failure.status)
    }
    do {
      try FileManager.default.removeItem(at: file.deletingLastPathComponent())
    } catch {
      // What was written is saved: that a file is left does not make it a failure.
      Output.error("liaison: \(file.path) cannot be removed\n")
    }
    return result
  }
}
