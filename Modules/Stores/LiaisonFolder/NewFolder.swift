internal import Foundation
internal import LiaisonSync

#if canImport(Glibc)
  internal import Glibc
#endif

/// A folder that is being made into a server's or a replica's: its database is filled under another
/// name, and has its own when it is whole. Whoever is killed before that leaves what the next one takes
/// over. It can be taken back until it holds something.
package struct NewFolder: Sendable {
  package let directory: DataDirectory
  /// An empty folder that was there is kept when it is taken back.
  private let wasThere: Bool

  /// Makes the folder, or takes one for its own that is empty or was left by an interrupted one.
  /// - Throws: ``StoreError/exists(_:)`` if there is something already, ``StoreError/unfit(_:)`` or
  ///   ``StoreError/io(_:)`` if it cannot be made; then nothing was.
  package init(_ directory: DataDirectory) throws {
    self.directory = directory
    wasThere = try NewFolder.make(directory)
  }

  /// A folder that an interrupted one has left with its database.
  package init(takingOver directory: DataDirectory) {
    self.directory = directory
    wasThere = true
  }

  /// Keeps other processes out of the folder, from before it has a database.
  /// - Parameter holder: for the message that they print.
  /// - Throws: ``StoreError/locked(by:)`` if another process is at work in it, ``StoreError/io(_:)``.
  package func lock(holder: String) throws -> DirectoryLock {
    do {
      return try DirectoryLock(directory, name: directory.role.lock, holder: holder)
    } catch {
      // It stays if there is another one's lock in it.
      if !wasThere { rmdir(directory.path) }
      throw error
    }
  }

  /// Lets `body` fill an empty file of mode 0600 at a path, and gives it its name; takes the folder back
  /// if that fails.
  /// - Throws: what `body` throws, ``StoreError/locked(by:)`` if another process is at it,
  ///   ``StoreError/io(_:)``.
  package func filled(by body: (_ path: String) throws -> Void) throws {
    // Closed before anyone opens the database in this process: closing it would give up SQLite's own
    // locks (https://www.sqlite.org/howtocorrupt.html, 2.2).
    let draft = try lockedDraft()
    do {
      try empty(draft)
      try body(directory.draftPath)
      try keep(draft)
    } catch {
      // Why it could not be filled is what counts, not what is left of it.
      try? remove()
      throw error
    }
  }

  /// Likewise, with a body that waits for others.
  package func filled<Result>(
    by body: (_ path: String) async throws -> Result
  ) async throws -> Result {
    let draft = try lockedDraft()
    do {
      try empty(draft)
      let result = try await body(directory.draftPath)
      try keep(draft)
      return result
    } catch {
      try? remove()
      throw error
    }
  }

  private func lockedDraft() throws -> LockFile {
    let draft: LockFile
    do {
      draft = try LockFile(directory.draftPath)
    } catch {
      removeFolder()
      throw error
    }
    guard draft.lock() else { throw StoreError.locked(by: nil) }
    // Another process may have come to its end since the folder was looked at: what is locked here may
    // be its database.
    guard !directory.exists else { throw directory.notEmpty }
    return draft
  }

  private func empty(_ draft: LockFile) throws {
    try draft.empty()
    for suffix in DataDirectory.logSuffixes { unlink(directory.draftPath + suffix) }
  }

  private func keep(_ draft: LockFile) throws {
    // Whatever is not in the file itself would be left behind.
    for suffix in DataDirectory.logSuffixes
    where access(directory.draftPath + suffix, F_OK) == 0 {
      throw StoreError.io("\(directory.draftPath) has not been closed")
    }
    try draft.move(from: directory.draftPath, to: directory.databasePath, in: directory.path)
  }

  /// Takes the database back, and the folder with it unless it was there before.
  /// - Throws: ``StoreError/io(_:)`` if something else was put into it meanwhile.
  package func remove() throws {
    // A database last: killed in between, this leaves one that can be taken over.
    for file in [directory.draftPath, directory.databasePath] {
      for suffix in DataDirectory.logSuffixes + [""] { unlink(file + suffix) }
    }
    guard removeFolder() else {
      throw StoreError.io(
        "the folder \(directory.path) cannot be removed: \(String(cString: strerror(errno)))")
    }
  }

  /// Removes the folder unless it was there before; the locks last, because whoever finds none may
  /// begin anew.
  /// - Returns: false if it cannot be removed.
  @discardableResult
  private func removeFolder() -> Bool {
    for name in PrivateFile.Name.allCases { unlink("\(directory.path)/\(name.rawValue)") }
    for name in LockName.allCases { unlink("\(directory.path)/\(name.fileName)") }
    return wasThere || rmdir(directory.path) == 0 || errno == ENOENT
  }

  /// - Returns: whether an empty folder was there.
  private static func make(_ directory: DataDirectory) throws -> Bool {
    let path = directory.path
    try directory.checkLength(of: directory.draftPath)
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    if isThere {
      guard isFolder.boolValue else { throw StoreError.exists("\(path) is a file") }
      let left = Set(
        ([""] + DataDirectory.logSuffixes).map { (directory.draftPath + $0).lastPathComponent }
          + LockName.allCases.map(\.fileName) + PrivateFile.Name.allCases.map(\.rawValue))
      guard left.isSuperset(of: try names(in: path)) else {
        throw directory.notEmpty
      }
    } else {
      try makeFolder(path)
    }
    guard chmod(path, 0o700) == 0 else { throw failure(path, errno) }
    return isThere
  }

  private static func names(in folder: String) throws(StoreError) -> [String] {
    guard access(folder, R_OK | X_OK) == 0 else { throw failure(folder, errno) }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw StoreError.io("the folder \(folder) cannot be read")
    }
  }

  /// Makes a folder, and those above it that are not there.
  private static func makeFolder(_ path: String) throws(StoreError) {
    guard mkdir(path, 0o777) != 0 else { return }
    let code = errno
    let above = (path as NSString).deletingLastPathComponent
    guard code == ENOENT, !above.isEmpty, above != path else { return try check(code, of: path) }
    try makeFolder(above)
    if mkdir(path, 0o777) != 0 { try check(errno, of: path) }
  }

  /// - Throws: ``StoreError`` unless the folder is there already.
  private static func check(_ code: Int32, of path: String) throws(StoreError) {
    switch code {
    case EEXIST: return
    case ENOTDIR:
      throw StoreError.unfit("the folder \(path) cannot be made: what is above it is no folder")
    case ENAMETOOLONG:
      throw StoreError.unfit("the folder cannot be made: a name of its path is too long")
    case _: throw failure(path, code)
    }
  }

  private static func failure(_ path: String, _ code: Int32) -> StoreError {
    .io("the folder \(path) cannot be made: \(String(cString: strerror(code)))")
  }
}

extension String {
  fileprivate var lastPathComponent: String { URL(filePath: self).lastPathComponent }
}
