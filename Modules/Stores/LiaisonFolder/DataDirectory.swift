internal import Foundation
public import LiaisonSync

#if canImport(Glibc)
  internal import Glibc
#endif

/// The folder of a server or a replica: mode 0700, with one SQLite file of mode 0600 in it.
public struct DataDirectory: Hashable, Sendable {
  /// What a folder is for; its file's name, and the mark in the file's header.
  public enum Role: String, Sendable {
    case server
    case replica

    var fileName: String { "\(rawValue).sqlite" }

    /// SQLite's `application_id`: "LiaS" and "LiaR".
    package var applicationID: Int32 {
      switch self {
      case .server: 0x4C69_6153
      case .replica: 0x4C69_6152
      }
    }
  }

  public let path: String
  public let role: Role

  public init(_ path: String, role: Role) {
    self.path = path
    self.role = role
  }

  package var databasePath: String { path + "/" + role.fileName }

  /// Where the database is filled until it is whole.
  var draftPath: String { databasePath + ".new" }

  /// What SQLite puts behind a database's name for the files beside it.
  static let logSuffixes = ["-wal", "-shm", "-journal"]

  /// Whether the folder holds a database of this role.
  public var exists: Bool { FileManager.default.fileExists(atPath: databasePath) }

  /// That nothing can be made in it.
  package var notEmpty: StoreError { .exists("the folder \(path) is not empty") }

  /// SQLite's `SQLITE_MAX_PATHNAME`, in bytes; behind a database's name it puts a suffix.
  private static let pathBytes = 512 - "-journal".utf8.count

  /// - Throws: ``StoreError/unfit(_:)`` if SQLite takes no database at a path in this folder.
  func checkLength(of file: String) throws(StoreError) {
    let size = URL(filePath: file).standardizedFileURL.path.utf8.count
    guard size <= DataDirectory.pathBytes else {
      throw StoreError.unfit(
        "the path of the folder is too long: \(size) bytes with its file's name, of at most "
          + "\(DataDirectory.pathBytes)")
    }
  }

  /// - Throws: ``StoreError/exposed(path:)`` if others than the owner may read the database.
  public func checkPrivate() throws(StoreError) {
    var found = stat()
    guard stat(databasePath, &found) == 0, found.st_mode & 0o077 != 0 else { return }
    throw .exposed(path: databasePath)
  }

  /// - Throws: ``StoreError/missing(_:)`` if the folder holds no database of this role,
  ///   ``StoreError/unfit(_:)`` if it cannot be opened there.
  package func checkExists() throws {
    guard access(databasePath, F_OK) != 0 else { return try checkLength(of: databasePath) }
    guard errno != EACCES else {
      throw StoreError.io("the folder \(path) may not be entered: Permission denied")
    }
    throw StoreError.missing("there is no \(role.rawValue) in the folder \(path)")
  }
}
