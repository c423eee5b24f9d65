internal import Foundation
internal import LiaisonSync

#if canImport(Glibc)
  internal import Glibc
#endif

/// A folder that is being made into a server's or a replica's: it can be taken back until it holds
/// something.
public struct NewFolder: Sendable {
  public let directory: DataDirectory
  /// An empty folder that was there is kept when it is taken back.
  private let wasThere: Bool

  /// Makes the folder, or takes an empty one for its own, and an empty file of mode 0600 in it.
  /// - Throws: ``StoreError/exists(_:)`` if there is something already, ``StoreError/io(_:)`` if it
  ///   cannot be made; then nothing was.
  package init(_ directory: DataDirectory) throws {
    self.directory = directory
    wasThere = try NewFolder.make(directory.path)
    let file = open(directory.databasePath, O_CREAT | O_EXCL | O_RDWR, 0o600)
    guard file >= 0 else {
      let reason = String(cString: strerror(errno))
      if !wasThere { rmdir(directory.path) }
      throw StoreError.io("\(directory.databasePath) cannot be made: \(reason)")
    }
    close(file)
  }

  /// Lets `body` fill the folder, and takes it back if that fails.
  /// - Throws: what `body` throws.
  package func filled<Result>(by body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      // Why it could not be filled is what counts, not what is left of it.
      try? remove()
      throw error
    }
  }

  /// Takes the database back, and the folder with it unless it was there before.
  /// - Throws: ``StoreError/io(_:)`` if something else was put into it meanwhile.
  public func remove() throws {
    let path = directory.path
    for suffix in ["", "-wal", "-shm"] { unlink(directory.databasePath + suffix) }
    for name in LockName.allCases { unlink("\(path)/\(name.fileName)") }
    guard wasThere || rmdir(path) == 0 || errno == ENOENT else {
      throw StoreError.io(
        "the folder \(path) cannot be removed: \(String(cString: strerror(errno)))")
    }
  }

  /// - Returns: whether an empty folder was there.
  private static func make(_ path: String) throws -> Bool {
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
      throw StoreError.io("the folder \(path) cannot be made: \(reason(error))")
    }
    return isThere
  }

  private static func reason(_ error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    return underlying.map { String(cString: strerror(Int32($0.code))) }
      ?? error.localizedDescription
  }
}
