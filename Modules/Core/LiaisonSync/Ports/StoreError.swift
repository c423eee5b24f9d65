/// Why a store could not do what it was asked. Nothing of the failed transaction remains.
public enum StoreError: Error, Hashable, Sendable {
  /// Another process holds the store, or writes to it for too long; who, if it said so.
  case locked(by: String?)
  /// The disk is full.
  case full
  /// A newer version wrote the store.
  case newer
  /// A version wrote it that was never released, and that this one no longer reads.
  case older
  /// The store is not what it should be, and how.
  case damaged(String)
  /// There is no store, and where.
  case missing(String)
  /// No store can be at the path, whatever is there, and why.
  case unfit(String)
  /// Others than its owner may read a file that holds a key.
  case exposed(path: String)
  /// There is something already, and what.
  case exists(String)
  /// What was to be changed has changed in the meantime.
  case changed
  /// The register is at another place, and where.
  case moved(to: String)
  /// The database cannot be reached, or cannot answer now, and why. What was under way may be done or not.
  case unreachable(String)
  /// Nothing shows that the database is the one that was meant, and why.
  case untrusted(String)
  /// The system refused to read or write, and how.
  case io(String)
}

extension StoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .locked(let holder?): "another process is at work there: \(holder)"
    case .locked(nil): "another process is writing"
    case .full: "the disk is full; nothing of this step was written"
    case .newer: "a newer version of Liaison wrote it"
    case .older: "a version of Liaison wrote it that was never released"
    case .exposed(let path): "others may read \(path): its mode is not 0600"
    case .damaged(let what), .missing(let what), .unfit(let what), .exists(let what),
      .unreachable(let what), .untrusted(let what), .io(let what):
      what
    case .moved(to: let place): "the register has moved to \(place)"
    case .changed: "it has changed in the meantime"
    }
  }
}
