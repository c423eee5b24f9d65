import LiaisonSync
import TestSupport

/// A history that was played to its end.
struct Played: Sendable {
  let history: History
  let violations: [String]
  let tally: Tally
  /// All that happened, a line for each thing.
  let trace: [String]

  /// A number of all that happened (FNV-1a): the same history has the same.
  var mark: UInt64 {
    var mark: UInt64 = 0xCBF2_9CE4_8422_2325
    for line in trace {
      for byte in line.utf8 { mark = (mark ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }
    return mark
  }

  /// Plays a history on this thread.
  static func play(
    _ history: History, _ plant: Plant? = nil, on disk: @escaping DiskMaker = MemoryChangeLog.disk
  ) -> Played {
    let world: World
    do {
      world = try World(history, plant, on: disk)
    } catch {
      return Played(history: history, violations: ["\(error)"], tally: Tally(), trace: [])
    }
    let end: Bool? = Turns.run {
      await world.begin()
      for action in history.actions { await world.perform(action) }
      await world.settle()
      await world.check()
      return true
    }
    if end == nil { world.violated("the history does not come to its end") }
    return Played(
      history: history, violations: world.violations, tally: world.tally, trace: world.trace)
  }
}

/// Leaves actions and troubles out of a history that fails, as long as it fails.
struct Shortening {
  private let plant: Plant?
  private(set) var best: Played
  private(set) var tries = 0
  private static let mostTries = 600

  /// - Parameter failed: a history that fails.
  init(_ failed: Played, _ plant: Plant?) {
    (self.best, self.plant) = (failed, plant)
  }

  static func shortest(_ failed: Played, _ plant: Plant? = nil) -> Played {
    var shortening = Shortening(failed, plant)
    shortening.run()
    return shortening.best
  }

  private mutating func run() {
    var isShorter = true
    while isShorter {
      isShorter = false
      var size = max(1, best.history.actions.count / 2)
      while size >= 1 {
        if leaveOut(size) { isShorter = true }
        size /= 2
      }
      if leaveTroublesOut() { isShorter = true }
      if simplify() { isShorter = true }
    }
  }

  private mutating func fails(_ history: History) -> Bool {
    guard tries < Self.mostTries else { return false }
    tries += 1
    let played = Played.play(history, plant)
    guard !played.violations.isEmpty else { return false }
    best = played
    return true
  }

  private mutating func leaveOut(_ size: Int) -> Bool {
    var (start, isShorter) = (0, false)
    while start < best.history.actions.count {
      var shorter = best.history
      shorter.actions.removeSubrange(start..<min(start + size, shorter.actions.count))
      if fails(shorter) { isShorter = true } else { start += size }
    }
    return isShorter
  }

  /// Of each sync one trouble after the other, and of those that act meanwhile one action.
  private mutating func leaveTroublesOut() -> Bool {
    var isShorter = false
    for place in best.history.actions.indices {
      var number = 0
      while let troubles = best.history.actions[place].troubles, number < troubles.count {
        let shorter = Self.shorter(troubles, number).contains { shorter in
          var history = best.history
          history.actions[place] = best.history.actions[place].with(shorter)
          return fails(history)
        }
        if shorter { isShorter = true } else { number += 1 }
      }
    }
    return isShorter
  }

  private static func shorter(_ troubles: [Trouble], _ number: Int) -> [[Trouble]] {
    var without = troubles
    let trouble = without.remove(at: number)
    guard case .meanwhile(let actions) = trouble.what, actions.count > 1 else { return [without] }
    return [without]
      + actions.indices.map { index in
        var some = actions
        some.remove(at: index)
        var shorter = troubles
        shorter[number] = Trouble(point: trouble.point, what: .meanwhile(some))
        return shorter
      }
  }

  private mutating func simplify() -> Bool {
    let history = best.history
    let simpler = [
      History(
        seed: history.seed, offices: 2, batch: history.batch,
        keepsConflicts: history.keepsConflicts, actions: history.actions),
      History(
        seed: history.seed, offices: history.offices, batch: 1000,
        keepsConflicts: history.keepsConflicts, actions: history.actions),
      History(
        seed: history.seed, offices: history.offices, batch: history.batch, keepsConflicts: false,
        actions: history.actions),
    ]
    return simpler.contains { $0 != history && fails($0) }
  }
}
