internal import LiaisonModel
internal import LiaisonSync
internal import Synchronization

/// Reads the schema once, as long as its bytes stay the same: it is asked for with every batch.
final class SchemaCache: Sendable {
  private struct Known {
    let bytes: [UInt8]
    let schema: Schema
  }

  private let coding: any SchemaCoding
  private let known = Mutex<Known?>(nil)

  init(_ coding: any SchemaCoding) { self.coding = coding }

  func decode(_ bytes: [UInt8]) throws -> Schema {
    if let known = known.withLock({ $0 }), known.bytes == bytes { return known.schema }
    let schema = try coding.decodeSchema(bytes)
    known.withLock { $0 = Known(bytes: bytes, schema: schema) }
    return schema
  }

  func encode(_ schema: Schema) throws -> [UInt8] { try coding.encode(schema) }
}
