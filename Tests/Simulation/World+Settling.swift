import LiaisonModel
import LiaisonReplica
import LiaisonSync
import TestSupport

// How a history ends: everything arrives, everybody syncs, and persons settle what waits for them.
extension World {
  private static let rounds = 40

  func settle() async {
    note("  the end")
    server.run(speaking: 1...2)
    while !server.late.isEmpty { await arrive(0) }
    await heal(true)
    for round in 0..<Self.rounds {
      let before = standing
      for folder in folders {
        await sync(folder, [], retriesAll: true)
        if !history.keepsConflicts { await settle(folder, round) }
      }
      if standing == before, round > 0 { return }
      if violations.count > 3 { return }
    }
    violated("after \(Self.rounds) rounds something still moves")
  }

  /// Where everybody stands.
  private var standing: [String] {
    folders.map { folder in
      let replica = folder.replica
      let outbox = replica.records.sorted { $0.key < $1.key }.compactMap { id, record in
        record.pending.map { "\(id) \($0.edit) \($0.state)" }
      }
      return "\(replica.identity.cursor?.position.number ?? 0) \(replica.lost.count) \(outbox)"
    } + ["\(logged().count)"]
  }

  private func settle(_ folder: Folder, _ round: Int) async {
    let waiting = folder.replica.records.filter { _, record in
      switch record.pending?.state {
      case .conflict, .codeTaken: true
      case .refused: round > 4
      case .ready, .inFlight, nil: false
      }
    }.keys.sorted()
    for (index, record) in waiting.enumerated() {
      let how = Settlement.allCases[(index + round) % Settlement.allCases.count]
      let count = tally[.resolution]
      let conflicts = folder.replica.records.filter { _, record in
        switch record.pending?.state {
        case .conflict, .codeTaken: true
        case .ready, .inFlight, .refused, nil: false
        }
      }
      if !conflicts.isEmpty { await resolve(at: folder, 0, how) }
      guard tally[.resolution] == count, folder.replica.records[record]?.pending != nil else {
        continue
      }
      // What cannot be settled, because the register would not take it, is given up.
      let pending = folder.replica.records.filter { $0.value.pending != nil }.keys.sorted()
      if let place = pending.firstIndex(of: record) { await discard(at: folder, place) }
    }
  }
}
