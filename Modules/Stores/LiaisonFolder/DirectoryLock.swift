internal import LiaisonSync

#if canImport(Glibc)
  internal import Glibc
#endif

/// What two processes must not do at once in one folder.
public enum LockName: String, Sendable, CaseIterable {
  /// To sync a replica.
  case sync
  /// To serve a register, or to import into it.
  case server

  var fileName: String { "\(rawValue).lock" }
}

/// Keeps a second process from doing the same work in one folder at the same time.
///
/// The system frees the lock when the process ends, however it ends.
public final class DirectoryLock: Sendable {
  private let file: LockFile

  /// - Parameters:
  ///   - name: what is locked.
  ///   - holder: who holds it, for the message that another process prints.
  /// - Throws: ``StoreError/locked(by:)`` if another process holds it.
  public init(_ directory: DataDirectory, name: LockName, holder: String) throws {
    file = try LockFile("\(directory.path)/\(name.fileName)")
    guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let other = file.text()
      throw StoreError.locked(by: other.isEmpty ? nil : other)
    }
    file.write("\(holder), process \(getpid())")
  }
}

/// An open file; closed once, when the last reference goes.
private final class LockFile: Sendable {
  let descriptor: Int32

  init(_ path: String) throws {
    descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw StoreError.io("\(path) cannot be opened: \(String(cString: strerror(errno)))")
    }
  }

  func text() -> String {
    var buffer = [UInt8](repeating: 0, count: 100)
    let count = pread(descriptor, &buffer, buffer.count, 0)
    return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
  }

  func write(_ text: String) {
    let bytes = Array(text.utf8)
    ftruncate(descriptor, 0)
    _ = pwrite(descriptor, bytes, bytes.count, 0)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}
