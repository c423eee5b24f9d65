internal import LiaisonModel
internal import LiaisonSync

// What rows of the roster's tables hold.

extension ReplicaID: ColumnValue, Blob {}

extension AuditEntry {
  /// A row of a time, an act, a subject, an actor and a note.
  init(_ row: Columns) throws {
    guard let act = Act(rawValue: try row.value(1)) else {
      throw StoreError.damaged("the audit log holds an act that is none")
    }
    self.init(
      time: try row.time(0), act, try row.value(2), by: try row.value(3), note: try row.value(4))
  }
}

extension EnrolledReplica {
  init(_ row: Columns) throws {
    guard let key = Fingerprint(try row.value(4) as [UInt8]) else {
      throw StoreError.damaged("the database holds a fingerprint that is none")
    }
    self.init(
      id: try row.value(0), office: try row.office(1), number: try row.value(2),
      note: try row.value(3), key: key, enrolled: try row.time(5), expires: try row.time(6),
      revoked: try row.optionalTime(7))
  }
}

extension IssuedInvitation {
  init(_ row: Columns) throws {
    self.init(
      secret: try row.value(0), office: try row.office(1), note: try row.value(2),
      issued: try row.time(3), ends: try row.time(4), replica: try row.value(5),
      exposed: try row.optionalTime(6))
  }
}

extension Columns {
  func role(_ column: Int) throws -> Role {
    guard let role = Role(rawValue: try value(column)) else {
      throw StoreError.damaged("the database holds a role that is none")
    }
    return role
  }

  func time(_ column: Int) throws -> Timestamp {
    Timestamp(milliseconds: try value(column))
  }

  func optionalTime(_ column: Int) throws -> Timestamp? {
    (try value(column) as Int64?).map(Timestamp.init(milliseconds:))
  }
}
