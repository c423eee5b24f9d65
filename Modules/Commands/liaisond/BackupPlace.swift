import Foundation
import LiaisonModel
import LiaisonTerminal

/// Where a backup goes: a file, or one of a folder's, named by the register and the time.
struct BackupPlace {
  let file: String
  let isFolder: Bool
  private let folder: String
  /// What the names of this register's backups begin with.
  private let prefix: String
  private static let suffix = ".sqlite"

  /// - Throws: ``Failure`` if an address is in the place of a file.
  init(_ target: String, register: RegisterID, now: Date = Date()) throws {
    guard !target.contains("://") else {
      throw Failure(
        "the backup is named by an address, and it is a file",
        advice: "liaisond backup FILE --store postgresql://HOST/DATABASE", status: .usage)
    }
    var isDirectory: ObjCBool = false
    isFolder =
      FileManager.default.fileExists(atPath: target, isDirectory: &isDirectory)
      && isDirectory.boolValue
    folder = target
    prefix = "liaison-\(register.description.suffix(8))-"
    let time = now.ISO8601Format(
      .iso8601(
        timeZone: .gmt, includingFractionalSeconds: true, dateSeparator: .omitted,
        timeSeparator: .omitted))
    file = isFolder ? "\(target)/\(prefix)\(time)\(Self.suffix)" : target
  }

  /// Removes all but the latest backups of the register in the folder.
  /// - Returns: what was removed.
  func removeAll(but count: Int) throws -> [String] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasPrefix(prefix) && $0.hasSuffix(Self.suffix) }.sorted()
    return try names.dropLast(count).map { name in
      let path = "\(folder)/\(name)"
      do {
        try FileManager.default.removeItem(atPath: path)
      } catch {
        throw Failure(
          "the backup was made, but \(path) cannot be removed", advice: "Remove it by hand")
      }
      return path
    }
  }
}
