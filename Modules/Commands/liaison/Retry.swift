import LiaisonModel
import LiaisonSync

enum Retry {
  /// Reads and writes anew where another command or a sync came between the two.
  static func whereChanged<Result>(
    _ body: () async throws -> Result
  ) async throws -> Result {
    var attempts = 1
    while true {
      do {
        return try await body()
      } catch let error as StoreError
        where error.code == .changed && attempts < Tuning.saveAttempts
      {
        attempts += 1
      }
    }
  }
}
