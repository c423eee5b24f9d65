public import LiaisonModel

/// What a whole register came to, part by part: two copies that come to the same hold the same.
public struct RegisterSum: Hashable, Sendable {
  public let register: RegisterID
  /// Where the log ends; its prefix names all entries.
  public let head: Cursor
  /// Deleted ones are among them.
  public let records: Int
  /// The ``RegisterDigest`` of the heads.
  public let digest: String
  public let offices, replicas, invitations, audit: Int
  /// Of every row of every table, for comparing within one process.
  let mark: Int
}

/// Counts and holds together what goes by of a whole register.
public struct RegisterTally {
  private let coding: any RevisionCoding
  private var register: RegisterPart.Register?
  private var chain: LogChain?
  /// The schemas of the log that no entry has come behind, oldest first.
  private var schemas: [RegisterPart.Schema] = []
  private var digest: any RegisterDigest
  private var counts: [Table: Int] = [:]
  private var hasher = Hasher()

  private enum Table {
    case register, schemas, entries, absorbed, ancestors, wanted, heads, links, keys
    case offices, replicas, invitations, sightings, audit
  }

  public init(_ coding: any RevisionCoding) {
    self.coding = coding
    digest = coding.newDigest()
  }

  /// Accepted revisions that have gone by, and those that the log has beside them.
  public var entries: Int { counts[.entries] ?? 0 }
  public var remaining: Int {
    let all = Int(register?.head.position.number ?? 0) - (counts[.schemas] ?? 0)
    return max(all - entries, 0)
  }

  /// - Throws: ``StoreError/damaged(_:)`` if an entry is not named by its bytes, or not chained to the one before
  ///   it.
  public mutating func add(_ part: RegisterPart) throws {
    switch part {
    case .register(let row):
      register = row
      chain = LogChain(of: row.id, coding)
      count(.register, [row])
    case .schemas(let rows):
      schemas += rows
      count(.schemas, rows)
    case .entries(let rows):
      try rows.forEach { try follow($0) }
      count(.entries, rows)
    case .absorbed(let rows): count(.absorbed, rows)
    case .ancestors(let rows): count(.ancestors, rows)
    case .wanted(let rows):
      count(.wanted, rows)
      // A name's own hash is of its first bytes.
      rows.forEach { hasher.combine($0.revision.bytes) }
    case .heads(let rows):
      rows.forEach { digest.add($0.revision) }
      count(.heads, rows)
    case .links(let rows): count(.links, rows)
    case .keys(let rows): count(.keys, rows)
    case .offices(let rows): count(.offices, rows)
    case .replicas(let rows): count(.replicas, rows)
    case .invitations(let rows): count(.invitations, rows)
    case .sightings(let rows): count(.sightings, rows)
    case .audit(let rows): count(.audit, rows)
    }
  }

  private mutating func count(_ table: Table, _ rows: [some Hashable]) {
    counts[table, default: 0] += rows.count
    for row in rows {
      hasher.combine(table)
      hasher.combine(row)
    }
  }

  private mutating func follow(_ entry: RegisterPart.Entry) throws {
    while let schema = schemas.first, schema.cursor.position < entry.cursor.position {
      try follow(schemas.removeFirst())
    }
    guard coding.id(of: entry.revision.bytes) == entry.revision.id else {
      throw StoreError.damaged(
        "the bytes of revision \(entry.revision.id.short) do not match its name")
    }
    try follow(entry.revision.id, at: entry.cursor)
  }

  private mutating func follow(_ schema: RegisterPart.Schema) throws {
    try follow(coding.id(of: schema.bytes), at: schema.cursor)
  }

  private mutating func follow(_ name: RevisionID, at cursor: Cursor) throws {
    guard chain?.append(name) == cursor else {
      throw StoreError.damaged(
        "the entry at position \(cursor.position) does not follow the one before it")
    }
  }

  /// - Throws: ``StoreError/damaged(_:)`` if the log does not end where the register says.
  public mutating func finish() throws -> RegisterSum {
    while !schemas.isEmpty { try follow(schemas.removeFirst()) }
    guard let register, chain?.end == register.head else {
      throw StoreError.damaged("the log does not end where the register says")
    }
    return RegisterSum(
      register: register.id, head: register.head, records: counts[.heads] ?? 0,
      digest: digest.finish(), offices: counts[.offices] ?? 0, replicas: counts[.replicas] ?? 0,
      invitations: counts[.invitations] ?? 0, audit: counts[.audit] ?? 0,
      mark: hasher.finalize())
  }
}
