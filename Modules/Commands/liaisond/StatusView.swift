import LiaisonModel
import LiaisonOperation
import LiaisonSync
import LiaisonTerminal

/// What `liaisond status` shows; its JSON is a contract.
struct StatusView: Encodable {
  let register: String
  let movedTo: String?
  let head: Int64
  let records: Int
  let schemaVersion: UInt32
  let isHealing: Bool
  let missing: Int
  let authorityUntil: String?
  let lastBackup: Backup?
  let disk: Disk?
  let replicas: Replicas

  struct Backup: Encodable {
    let time: String
    let position: Int64
    let file: String
  }

  struct Disk: Encodable {
    let freeBytes: Int64
    let sizeBytes: Int64
  }

  /// How many were let in, and which of them somebody should look at.
  struct Replicas: Encodable {
    let letIn: Int
    let revoked: Int
    let wentBack: [String]
    /// Those that are let in: who is behind comes first, and then who was silent for longest.
    let all: [Replica]
  }

  struct Replica: Encodable {
    let replica: String
    let office: String
    let lastSync: String?
    let behind: Int64
    let certificateUntil: String
    let wentBack: String?
  }

  /// Replicas that a person is shown.
  private static let shown = 20

  init(_ facts: OperationFacts, records: Int, authorityEnds: Timestamp?, room: DiskRoom?) {
    register = facts.register.description
    movedTo = facts.movedTo
    head = facts.head.number
    self.records = records
    schemaVersion = facts.schemaVersion
    isHealing = facts.isHealing
    missing = facts.missing
    authorityUntil = authorityEnds?.description
    lastBackup = facts.backup.map {
      Backup(time: $0.time.description, position: $0.position.number, file: $0.file)
    }
    disk = room.map { Disk(freeBytes: $0.free, sizeBytes: $0.size) }
    replicas = Replicas(facts)
  }
}

extension StatusView.Replicas {
  fileprivate init(_ facts: OperationFacts) {
    let open = facts.replicas.filter { $0.replica.revoked == nil }
    letIn = open.count
    revoked = facts.replicas.count - open.count
    wentBack = open.filter { $0.sighting?.wentBack != nil }.map(\.replica.name)
    let needs = open.map { (seen: $0, lag: $0.lag(behind: facts.head)) }.sorted { one, other in
      guard (one.lag > 0) == (other.lag > 0) else { return one.lag > 0 }
      // Who has never synced was silent for longest.
      let (first, second) = (
        one.seen.synced?.milliseconds ?? 0, other.seen.synced?.milliseconds ?? 0
      )
      return (first, one.seen.replica.name) < (second, other.seen.replica.name)
    }
    all = needs.map { seen, lag in
      StatusView.Replica(
        replica: seen.replica.name, office: seen.replica.office.text,
        lastSync: seen.synced?.description, behind: lag,
        certificateUntil: seen.replica.expires.description,
        wentBack: seen.sighting?.wentBack?.description)
    }
  }
}

// MARK: For people

extension StatusView {
  var lines: [String] {
    let back = replicas.wentBack
    var lines = [
      "register \(register)",
      "\(records) records, \(head) changes, schema \(schemaVersion)",
      "\(replicas.letIn) replicas let in, \(replicas.revoked) revoked"
        + (back.isEmpty ? "" : "; went back in time: " + back.joined(separator: ", ")),
    ]
    if let movedTo { lines.insert("moved to \(movedTo); this is how it was then", at: 1) }
    if isHealing { lines.append("healing is open; missing behind merges: \(missing)") }
    if let authorityUntil { lines.append("the authority's certificate ends \(authorityUntil)") }
    lines.append(
      lastBackup.map { "last proven backup \($0.time), up to change \($0.position): \($0.file)" }
        ?? "no backup is proven yet: liaisond backup")
    if let disk {
      lines.append("\(Self.size(disk.freeBytes)) of \(Self.size(disk.sizeBytes)) are free")
    }
    return lines
  }

  func table() {
    Output.table(
      ["REPLICA", "LAST SYNC", "BEHIND", "CERTIFICATE UNTIL", "WENT BACK"],
      replicas.all.prefix(Self.shown).map {
        [
          $0.replica, $0.lastSync ?? "never", "\($0.behind)", $0.certificateUntil,
          $0.wentBack ?? "",
        ]
      })
    let more = replicas.all.count - Self.shown
    if more > 0 { Output.line("and \(more) more: liaisond replica list") }
  }

  /// In the largest unit of which there is at least one.
  static func size(_ bytes: Int64) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
    var (value, unit) = (Double(bytes), 0)
    while value >= 1024, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
    return "\(Int64(value)) \(units[unit])"
  }
}
