internal import Foundation
internal import LiaisonSync

#if canImport(Glibc)
  internal import Glibc
#endif

/// A small text that nobody else may read: mode 0600, and whole or not there.
public struct PrivateFile: Sendable {
  public enum Name: String, Sendable, CaseIterable {
    /// The replica's key.
    case key = "identity.key"
    /// The one that takes its place when it has been let in.
    case nextKey = "identity.next.key"
    /// Its certificate, and that of the register's authority.
    case certificates = "identity.pem"
  }

  private let path: String

  /// One of a replica's folder.
  public init(_ directory: DataDirectory, _ name: Name) {
    path = "\(directory.path)/\(name.rawValue)"
  }

  public init(at path: String) { self.path = path }

  /// - Returns: nil if there is none.
  /// - Throws: ``StoreError/exposed(path:)``, ``StoreError/io(_:)``.
  public func text() throws -> String? {
    var found = stat()
    guard stat(path, &found) == 0 else {
      guard errno == ENOENT else { throw failure("cannot be read") }
      return nil
    }
    guard found.st_mode & 0o077 == 0 else {
      throw StoreError.exposed(path: path)
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw StoreError.io("\(path) cannot be read")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw StoreError.damaged("\(path) is no text")
    }
    return text
  }

  /// - Throws: ``StoreError/io(_:)``.
  public func remove() throws {
    guard unlink(path) == 0 || errno == ENOENT else { throw failure("cannot be removed") }
  }

  /// Puts another text in its place, for good when this returns.
  /// - Throws: ``StoreError/io(_:)``, ``StoreError/full``.
  public func write(_ text: String) throws {
    let draft = "\(path).\(getpid()).new"
    unlink(draft)
    let file = open(draft, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure("cannot be made") }
    let bytes = Array(text.utf8)
    let isWritten = Glibc.write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
    let code = errno
    close(file)
    guard isWritten, rename(draft, path) == 0 else {
      let error = isWritten ? failure("cannot be made") : nil
      unlink(draft)
      throw error ?? (code == ENOSPC ? StoreError.full : StoreError.io("\(path) cannot be written"))
    }
    try LockFile.sync((path as NSString).deletingLastPathComponent)
  }

  private func failure(_ what: String) -> StoreError {
    .io("\(path) \(what): \(String(cString: strerror(errno)))")
  }
}
