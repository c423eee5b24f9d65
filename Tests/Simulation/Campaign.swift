import Foundation
import Synchronization
import TestSupport

/// Many histories, on as many threads as there are processors.
final class Campaign: Sendable {
  struct Result: Sendable {
    var tally = Tally()
    var played = 0
    var actions = 0
    /// Of all that happened in all of them: the same histories have the same.
    var mark: UInt64 = 0
    /// Those that fail, the lowest seed first.
    var failed: [Played] = []
  }

  private struct State {
    var next: UInt64
    var result = Result()
  }

  private let end: UInt64
  private let plant: Plant?
  private let disk: DiskMaker
  private let stopsAtFailure: Bool
  private let state: Mutex<State>

  private init(
    _ seeds: Range<UInt64>, _ plant: Plant?, on disk: @escaping DiskMaker, stopsAtFailure: Bool
  ) {
    end = seeds.upperBound
    (self.plant, self.disk, self.stopsAtFailure) = (plant, disk, stopsAtFailure)
    state = Mutex(State(next: seeds.lowerBound))
  }

  /// Plays the histories of these seeds, beside whatever else runs.
  static func run(
    _ seeds: Range<UInt64>, _ plant: Plant? = nil,
    on disk: @escaping DiskMaker = MemoryChangeLog.disk, stopsAtFailure: Bool = false
  ) async -> Result {
    let campaign = Campaign(seeds, plant, on: disk, stopsAtFailure: stopsAtFailure)
    let threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<threads { group.addTask { await Self.onThread { campaign.work() } } }
    }
    return campaign.state.withLock { state in
      state.result.failed.sort { $0.history.seed < $1.history.seed }
      return state.result
    }
  }

  /// Runs what takes long on a thread of its own: nobody else's task waits for it.
  static func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: body()) }
    }
  }

  private func work() {
    while let seed = next() {
      let played = Played.play(Drawing.history(seed), plant, on: disk)
      let mark = played.mark
      state.withLock { state in
        state.result.played += 1
        state.result.mark ^= mark
        state.result.actions += played.history.actions.count
        state.result.tally.add(played.tally)
        if !played.violations.isEmpty { state.result.failed.append(played) }
      }
    }
  }

  private func next() -> UInt64? {
    state.withLock { state in
      guard state.next < end, !stopsAtFailure || state.result.failed.isEmpty,
        state.result.failed.count < 5
      else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }
}
