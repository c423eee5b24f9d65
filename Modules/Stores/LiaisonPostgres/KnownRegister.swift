internal import LiaisonModel
internal import LiaisonSync

/// What a server knows of the register that it opened: under a server that goes on, the database may come to
/// hold another one, or a newer version of Liaison may lay it out anew.
struct KnownRegister: Sendable {
  let register: RegisterID
  /// The chain of the register's log before its first entry.
  let start: LogChain
  let layout: Layout
  let namespace: String

  /// What each transaction that writes begins with: the layout stays as it is until it has ended.
  var opening: [Statement] { [Statement("BEGIN"), Layout.lock(namespace, isAlone: false)] }

  /// The first columns of what is read of the register's row, for ``check(_:)``.
  static let columns = "register, (SELECT max(version) FROM layout)"

  /// Reads that, and where the register has moved to. Until the transaction ends, it goes nowhere.
  static let held = [
    Statement("LOCK TABLE register IN ROW SHARE MODE"),
    Statement("SELECT \(columns), moved_to FROM register"),
  ]

  /// - Parameter row: the register's; nil if there is none.
  /// - Throws: ``StoreError/unfit(_:)`` if it is of another register, ``StoreError/newer``.
  func check(_ row: Row?) throws {
    guard let row else { throw Self.noRegister }
    guard try row.value(0) == register else {
      throw StoreError.unfit("the database holds another register by now")
    }
    guard try row.number(1) <= layout.version else { throw StoreError.newer }
  }

  /// - Parameter column: where the row says whether it has moved.
  /// - Throws: ``StoreError/moved(to:)``.
  static func checkIsHere(_ row: Row, _ column: Int) throws {
    if let place = try row.optional(column) as String? { throw StoreError.moved(to: place) }
  }

  static let noRegister = StoreError.damaged("the database holds no register")
}
