internal import LiaisonSync

#if canImport(Glibc)
  internal import Glibc
#endif

/// What two processes must not do at once in one folder.
public enum LockName: String, Sendable, CaseIterable {
  /// To sync a replica, to clone it, or to bring it to another layout.
  case sync
  /// To serve a register, to import into it, or to bring it to another layout.
  case server

  var fileName: String { "\(rawValue).lock" }
}

extension DataDirectory.Role {
  /// What is held by whoever may change more of a folder than its records.
  package var lock: LockName {
    switch self {
    case .server: .server
    case .replica: .sync
    }
  }
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
    guard file.lock() else {
      let other = file.text()
      throw StoreError.locked(by: other.isEmpty ? nil : other)
    }
    file.write("\(holder), process \(getpid())")
  }
}
