internal import LiaisonSync

#if canImport(Glibc)
  internal import Glibc
#endif

/// An open file; closed once, when the last reference goes.
final class LockFile: Sendable {
  private let descriptor: Int32
  private let path: String

  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw LockFile.failure("\(path) cannot be opened")
    }
  }

  /// - Returns: false if another process has locked it, or has removed it meanwhile.
  func lock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 && isInPlace }

  /// Whether its path still leads to it: the lock on a file that was removed keeps nobody out.
  private var isInPlace: Bool {
    var (own, found) = (stat(), stat())
    return fstat(descriptor, &own) == 0 && stat(path, &found) == 0
      && own.st_dev == found.st_dev && own.st_ino == found.st_ino
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

  /// - Throws: ``StoreError/io(_:)``.
  func empty() throws {
    guard ftruncate(descriptor, 0) == 0 else { throw LockFile.failure("a file cannot be emptied") }
  }

  /// Gives the file another name in its folder, for good when this returns.
  /// - Throws: ``StoreError/io(_:)``.
  func move(from old: String, to new: String, in folder: String) throws {
    guard fsync(descriptor) == 0, rename(old, new) == 0 else {
      throw LockFile.failure("\(new) cannot be made")
    }
    try LockFile.sync(folder)
  }

  /// Gives the file a name in its folder that nothing has, for good when this returns.
  /// - Throws: ``StoreError/exists(_:)``, ``StoreError/io(_:)``.
  func place(from old: String, at new: String, in folder: String) throws {
    guard fsync(descriptor) == 0 else { throw LockFile.failure("\(new) cannot be made") }
    if link(old, new) == 0 {
      unlink(old)
    } else {
      guard errno != EEXIST else { throw StoreError.exists("there is already \(new)") }
      // On a file system without second names the name is taken with an empty file first.
      let claim = open(new, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
      guard claim >= 0 else {
        throw errno == EEXIST
          ? StoreError.exists("there is already \(new)") : LockFile.failure("\(new) cannot be made")
      }
      close(claim)
      guard rename(old, new) == 0 else {
        let failure = LockFile.failure("\(new) cannot be made")
        unlink(new)
        throw failure
      }
    }
    try LockFile.sync(folder)
  }

  static func sync(_ folder: String) throws {
    let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw LockFile.failure("\(folder) cannot be opened") }
    defer { close(directory) }
    guard fsync(directory) == 0 else { throw LockFile.failure("\(folder) cannot be written") }
  }

  private static func failure(_ what: String) -> StoreError {
    .io("\(what): \(String(cString: strerror(errno)))")
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}
