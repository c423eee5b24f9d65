import ArgumentParser
import LiaisonFolder
import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonTerminal
import LiaisonWire

extension CompletionKind {
  /// The codes of the replica that the command would work on.
  static var codes: CompletionKind {
    .custom { words, index, typed async in
      await CodeCompletion.offers(CompletedLine(words, before: index), typed)
    }
  }
}

private enum CodeCompletion {
  /// More than a person looks through.
  private static let limit = 200

  /// In the letters in which it is begun: a command takes small ones as well.
  static func offers(_ line: CompletedLine, _ typed: String) async -> [String] {
    do {
      guard line.enter() else { return [] }
      let data = try ReplicaOptions.data(in: line.directory)
      let replica = Replica(
        store: try SQLiteReplicaStore(lookingInto: data, coding: SchemaCodec()),
        environment: .system)
      let codes = try await replica.codes(beginning: typed, limit: limit)
      let isSmall = typed.contains(where: \.isLowercase)
      return codes.map { code in
        let rest = String(code.text.dropFirst(typed.count))
        return typed + (isSmall ? rest.lowercased() : rest)
      }
    } catch {
      // Somebody is typing: the command itself will say what is wrong.
      return []
    }
  }
}
