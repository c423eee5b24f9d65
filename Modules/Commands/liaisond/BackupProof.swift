import LiaisonModel
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import LiaisonTerminal
import LiaisonWire
import Synchronization

/// A backup that was opened, verified as a whole, and held against the log that it was made of.
struct BackupProof {
  let verified: Verification
  /// Where the backup's log ends.
  let position: LogPosition

  /// - Throws: ``StoreError/damaged(_:)`` if it is not what the register was at that position, or of another.
  init(of copy: SQLiteChangeLog, against log: any RegisterStore) async throws {
    let made = try await copy.status()
    let end = made.head
    let kept = try await log.status(among: [end])
    guard made.register == kept.register else {
      throw StoreError.damaged("it is of another register, \(made.register)")
    }
    verified = try await SyncService(log: copy, coding: RevisionCodec()).verify()
    position = end.position
    guard kept.shared == end else {
      throw StoreError.damaged(
        "the backup is not what the register was at position \(end.position)")
    }
    let digest = Digest(RevisionCodec().newDigest())
    try await log.forEachHead(at: end.position) { head in digest.value.withLock { $0.add(head) } }
    guard digest.value.withLock({ $0.finish() }) == verified.digest else {
      throw StoreError.damaged(
        "the backup does not hold what the register held at position \(end.position)")
    }
  }

  /// Notes in the register that its backup is proven: a server tells of the last one.
  /// - Parameter file: its name.
  func note(in log: any RegisterStore, file: String) async throws {
    let entry = AuditEntry.byPerson(.backedUp, "\(position)", file)
    do {
      try await log.change { try $0.note(entry) }
    } catch let error as StoreError {
      if case .moved = error { throw error }
      throw Failure(
        "the backup is proven, and the register cannot note it: \(error)",
        advice: "liaisond verify --backup FILE when that is mended")
    }
  }

  /// The log hands its heads to a closure that any thread may call.
  private final class Digest: Sendable {
    let value: Mutex<any RegisterDigest>
    init(_ digest: sending any RegisterDigest) { value = Mutex(digest) }
  }
}

enum BackupFile {
  /// Opens what `liaisond backup` has made.
  static func open(_ file: String) throws -> SQLiteChangeLog {
    do {
      return try SQLiteChangeLog(backup: file, coding: SchemaCodec())
    } catch StoreError.unfit(let what) {
      throw Failure(what, advice: "a file that this has made: liaisond backup FILE -C DIR")
    }
  }
}
