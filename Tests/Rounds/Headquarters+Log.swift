import Foundation
import GRDB
import LiaisonModel
import LiaisonWire
import TestSupport

extension Headquarters {
  /// Every revision that was ever accepted, in the order of the log.
  func revisions() throws -> [Revision] {
    let queue = try DatabaseQueue(path: scratch.folder("hq/server.sqlite"))
    let bytes = try queue.read {
      try Data.fetchAll($0, sql: "SELECT bytes FROM change ORDER BY position")
    }
    return try bytes.map { try RevisionCodec().decode([UInt8]($0)) }
  }
}
