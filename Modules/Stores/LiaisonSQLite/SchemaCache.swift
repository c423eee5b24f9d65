internal import LiaisonSync
internal import Synchronization

/// Reads the schema once, as long as its bytes stay the same: it is asked for with every batch.
final class SchemaCache: Sendable {
  private let coding: any SchemaCoding
  private let known = Mutex<FiledSchema?>(nil)

  init(_ coding: any SchemaCoding) { self.coding = coding }

  func filed(_ bytes: [UInt8]) throws -> FiledSchema {
    if let known = known.withLock({ $0 }), known.bytes == bytes { return known }
    let filed = try coding.file(schema: bytes)
    known.withLock { $0 = filed }
    return filed
  }
}
