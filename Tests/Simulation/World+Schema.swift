import LiaisonModel
import LiaisonServer
import LiaisonSync
import Synchronization
import TestSupport

/// A coding of schemas whose encoding is their description: of two that differ the marks do. It reads what it
/// has written.
final class SimulatedSchemas: SchemaCoding {
  let hashing: any Hashing
  private let written = Mutex<[[UInt8]: FiledSchema]>([:])

  init(hashing: any Hashing) { self.hashing = hashing }

  func id(of bytes: [UInt8]) -> RevisionID { hashing.id(of: bytes) }

  func encode(_ schema: Schema) throws -> FiledSchema {
    let bytes = Array("\(schema)".utf8)
    let filed = FiledSchema(schema, bytes: bytes, name: id(of: bytes))
    written.withLock { $0[bytes] = filed }
    return filed
  }

  func file(schema bytes: [UInt8]) throws -> FiledSchema {
    guard let filed = written.withLock({ $0[bytes] }) else {
      throw CodingError.unknown("a schema that nobody wrote")
    }
    return filed
  }
}

extension World {
  /// The administrator changes the schema while everybody works. After a restore another one may get the
  /// number that a lost one had.
  func changeSchema(_ number: Int) async {
    do {
      let old = try await server.disk.status().schema
      let next = Schema(
        unchecked: old.version + 1,
        old.kinds.map { kind in
          Kind(
            kind.number, kind.name, label: kind.label, coding: kind.coding,
            fields: SchemaStep(number).applied(to: kind), aliases: kind.aliases)
        })
      _ = try await server.service.apply(next, coding: schemas)
      tally.count(.schemaChange)
    } catch {
      violated("the schema cannot be changed: \(error)")
    }
  }

  /// Who has synced has the register's schema.
  func checkSchemas() async {
    do {
      let mark = try await server.disk.status().filedSchema.mark
      for folder in folders where folder.replica.identity.filedSchema?.mark != mark {
        violated("replica \(folder.number) has another schema than the server")
      }
    } catch {
      violated("the schema cannot be read: \(error)")
    }
  }
}

/// One change of a kind's fields.
private struct SchemaStep {
  let number: Int

  init(_ number: Int) { self.number = number }

  func applied(to kind: Kind) -> [FieldDefinition] {
    switch number % 4 {
    case 0:
      // A field more; of numbers that earlier ones had, after a restore.
      let next = (kind.fields.map(\.number.number).max() ?? 0) + 1
      return kind.fields + [
        FieldDefinition(
          FieldNumber(next), "more\(next)", label: "More \(number)", type: .text)
      ]
    case 1: return kind.fields.map { $0.named($0.number == Register.Field.size.number) }
    case 2: return kind.fields.map { $0.retired($0.number == Register.Field.open.number) }
    case _: return kind.fields.map { $0.widened(number) }
    }
  }
}

extension FieldDefinition {
  fileprivate func named(_ isMeant: Bool) -> FieldDefinition {
    guard isMeant else { return self }
    // There and back again: each name stays as an alias of the other.
    var past = past
    let new = name == "size" ? "extent" : "size"
    past.aliases.removeAll { $0 == new }
    return changed(name: new, past: past)
  }

  fileprivate func retired(_ isMeant: Bool) -> FieldDefinition {
    guard isMeant else { return self }
    var past = past
    past.isRetired.toggle()
    return changed(past: past)
  }

  fileprivate func widened(_ number: Int) -> FieldDefinition {
    guard case .one(.choice(let words)) = type, !words.contains("more\(number)") else {
      return self
    }
    return changed(type: .choice(words + ["more\(number)"]))
  }

  private func changed(
    name: String? = nil, type: FieldType? = nil, past: FieldPast? = nil
  ) -> FieldDefinition {
    FieldDefinition(
      number, name ?? self.name, label: label, type: type ?? self.type, isRequired: isRequired,
      rule: rule, constraints: constraints, past: past ?? self.past)
  }
}
