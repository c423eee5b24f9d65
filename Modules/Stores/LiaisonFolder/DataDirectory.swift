internal import Foundation
internal import LiaisonSync

#if canImport(Glibc)
  internal import Glibc
#endif

/// The folder of a server or a replica: mode 0700, with one SQLite file of mode 0600 in it.
public struct DataDirectory: Sendable {
  /// What a folder is for; its file's name, and the mark in the file's header.
  public enum Role: String, Sendable {
    case server
    case replica

    var fileName: String { "\(rawValue).sqlite" }

    /// SQLite's `application_id`: "LiaS" and "LiaR".
    var applicationID: Int32 { self == .server ? 0x4C69_6153 : 0x4C69_6152 }
  }

  public let path: String
  public let role: Role

  public init(_ path: String, role: Role) {
    self.path = path
    self.role = role
  }

  var databasePath: String { path + "/" + role.fileName }

  /// Whether the folder holds a database of this role.
  public var exists: Bool { FileManager.default.fileExists(atPath: databasePath) }

  /// Makes the folder, or takes an empty one for its own, and an empty file in it.
  /// - Returns: whether the folder was there.
  /// - Throws: ``StoreError`` `.exists` where there is one already, or the folder holds other files.
  func create() throws -> Bool {
    let files = FileManager.default
    var isFolder: ObjCBool = false
    let isThere = files.fileExists(atPath: path, isDirectory: &isFolder)
    if isThere, !isFolder.boolValue { throw StoreError.exists("\(path) is a file") }
    do {
      if isThere, try !files.contentsOfDirectory(atPath: path).isEmpty {
        throw StoreError.exists("the folder \(path) is not empty")
      }
      try files.createDirectory(atPath: path, withIntermediateDirectories: true)
      try files.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
    } catch let error as StoreError {
      throw error
    } catch {
      throw StoreError.io("the folder \(path) cannot be made: \(Self.reason(error))")
    }
    let file = open(databasePath, O_CREAT | O_EXCL | O_RDWR, 0o600)
    guard file >= 0 else {
      throw StoreError.io("\(databasePath) cannot be made: \(String(cString: strerror(errno)))")
    }
    close(file)
    return isThere
  }

  /// - Throws: ``StoreError`` `.missing` where the folder holds no database of this role.
  func checkExists() throws {
    guard access(databasePath, F_OK) != 0 else { return }
    guard errno != EACCES else {
      throw StoreError.io("the folder \(path) may not be entered: Permission denied")
    }
    throw StoreError.missing("there is no \(role.rawValue) in the folder \(path)")
  }

  /// Takes back a database that has received nothing.
  /// - Parameter keepingFolder: whether the folder was there before.
  public func remove(keepingFolder: Bool) throws {
    for suffix in ["", "-wal", "-shm"] { unlink(databasePath + suffix) }
    for name in ["sync", "server"] { unlink("\(path)/\(name).lock") }
    guard keepingFolder || rmdir(path) == 0 || errno == ENOENT else {
      throw StoreError.io("the folder \(path) cannot be removed: \(String(cString: strerror(errno)))")
    }
  }

  private static func reason(_ error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    return underlying.map { String(cString: strerror(Int32($0.code))) }
      ?? error.localizedDescription
  }
}

/// Keeps a second process from doing the same work in one folder at the same time.
///
/// The system frees the lock when the process ends, however it ends.
public final class DirectoryLock: Sendable {
  private let file: Int32

  /// - Parameters:
  ///   - name: what is locked; also the lock file's name.
  ///   - holder: who holds it, for the message that another process prints.
  /// - Throws: ``StoreError`` `.locked` where another process holds it.
  public init(_ directory: DataDirectory, name: String, holder: String) throws {
    let path = "\(directory.path)/\(name).lock"
    file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw StoreError.io("\(path) cannot be opened: \(String(cString: strerror(errno)))")
    }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      var buffer = [UInt8](repeating: 0, count: 100)
      let count = read(file, &buffer, buffer.count)
      let other = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
      close(file)
      throw StoreError.locked(by: other.isEmpty ? nil : other)
    }
    let text = Array("\(holder), process \(getpid())".utf8)
    ftruncate(file, 0)
    _ = pwrite(file, text, text.count, 0)
  }

  deinit { close(file) }
}
