internal import Foundation
internal import LiaisonSync

#if canImport(Glibc)
  internal import Glibc
#endif

/// A file that is being made: it is filled under another name, and has its own when it is whole. It never
/// takes another's place.
package struct NewFile: Sendable {
  private let path: String
  private var draftPath: String { path + ".new" }
  private var folder: String { URL(filePath: path).deletingLastPathComponent().path }

  /// - Throws: ``StoreError/exists(_:)`` if there is something already, ``StoreError/io(_:)`` if nothing can
  ///   be made there.
  package init(_ path: String) throws {
    self.path = path
    guard access(path, F_OK) != 0 else { throw StoreError.exists("there is already \(path)") }
    guard access(folder, W_OK | X_OK) == 0 else {
      throw StoreError.io("\(path) cannot be made: \(String(cString: strerror(errno)))")
    }
  }

  /// Lets `body` fill an empty file of mode 0600 at a path, and gives it its name; takes it back if that
  /// fails.
  /// - Throws: what `body` throws, ``StoreError/locked(by:)`` if another process is at it,
  ///   ``StoreError/exists(_:)``, ``StoreError/io(_:)``.
  package func filled(by body: (_ path: String) async throws -> Void) async throws {
    let draft = try LockFile(draftPath)
    guard draft.lock() else { throw StoreError.locked(by: nil) }
    do {
      try draft.empty()
      try await body(draftPath)
      try draft.place(from: draftPath, at: path, in: folder)
    } catch {
      for suffix in DataDirectory.logSuffixes + [""] { unlink(draftPath + suffix) }
      throw error
    }
  }
}
