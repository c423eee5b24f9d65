import LiaisonModel
import LiaisonOperation
import LiaisonSync
import Synchronization

/// A store that tells what a test says, and counts how often it is asked.
final class TestStore: OperationReading {
  private let answer: Mutex<Result<OperationFacts, StoreError>>
  private let count = Mutex(0)

  init(_ answer: Result<OperationFacts, StoreError>) { self.answer = Mutex(answer) }

  var asked: Int { count.withLock { $0 } }

  func operation() async throws -> OperationFacts {
    count.withLock { $0 += 1 }
    return try answer.withLock { try $0.get() }
  }
}

/// A store that never answers.
struct SilentStore: OperationReading {
  func operation() async throws -> OperationFacts {
    for await _ in AsyncStream<Never>.makeStream().stream {}
    throw CancellationError()
  }
}

/// A store that hangs until it is let go, whoever has gone meanwhile: as a call of a database's library does.
final class HangingStore: OperationReading {
  private struct State {
    var facts: OperationFacts?
    var asked = 0
    var waiting: [CheckedContinuation<OperationFacts, Never>] = []
  }

  private let state = Mutex(State())

  var asked: Int { state.withLock { $0.asked } }
  var hangs: Bool { state.withLock { $0.facts == nil } }

  func operation() async throws -> OperationFacts {
    await withCheckedContinuation { continuation in
      let facts = state.withLock { state in
        state.asked += 1
        if state.facts == nil { state.waiting.append(continuation) }
        return state.facts
      }
      if let facts { continuation.resume(returning: facts) }
    }
  }

  /// From now on it answers.
  func letGo(_ facts: OperationFacts) {
    let waiting = state.withLock { state in
      state.facts = facts
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume(returning: facts) }
  }
}

extension Timestamp {
  static func second(_ second: Int64) -> Timestamp { Timestamp(milliseconds: second * 1000) }
}

enum Facts {
  static func id(_ number: UInt64) -> UUIDv7 {
    var random = Fixed(word: number)
    return UUIDv7(milliseconds: 1, random: &random)
  }

  private struct Fixed: RandomNumberGenerator {
    let word: UInt64
    mutating func next() -> UInt64 { word }
  }

  /// VIE-A, in step; VIE-B, behind and back in time; NYC-A, which has never called; LYO-A, revoked.
  static func some(replicas: Int? = nil, movedTo: String? = nil) throws -> OperationFacts {
    var (inStep, behind) = (sighting(at: 1000), sighting(at: 500))
    (inStep.sent, inStep.applied, inStep.pulled) = (LogPosition(90), LogPosition(88), .second(1000))
    (behind.sent, behind.applied, behind.pushed) = (LogPosition(40), LogPosition(40), .second(400))
    (behind.pulled, behind.wentBack, behind.pushes) = (.second(450), .second(450), 3)
    let known = [
      SeenReplica(try replica("VIE", 1), inStep), SeenReplica(try replica("VIE", 2), behind),
      SeenReplica(try replica("NYC", 1), nil),
      SeenReplica(try replica("LYO", 1, revoked: .second(9)), nil),
    ]
    return OperationFacts(
      register: RegisterID(id(1)), head: LogPosition(90), schemaVersion: 4, isHealing: true,
      missing: 2,
      replicas: try replicas.map { try (1...$0).map { SeenReplica(try replica("NYC", $0), nil) } }
        ?? known,
      backup: ProvenBackup(time: .second(700), position: LogPosition(80), file: "a.sqlite"),
      movedTo: movedTo)
  }

  private struct NoOffice: Error {}

  private static func replica(
    _ office: String, _ number: Int, revoked: Timestamp? = nil
  ) throws -> EnrolledReplica {
    guard let id = OfficeID(office), let key = Fingerprint(Array(repeating: 1, count: 32)) else {
      throw NoOffice()
    }
    return EnrolledReplica(
      id: ReplicaID(Facts.id(UInt64(number))), office: id, number: number,
      note: "a person's laptop",
      key: key, enrolled: .second(100), expires: .second(5000), revoked: revoked)
  }

  private static func sighting(at second: Int64) -> ReplicaSighting {
    ReplicaSighting(called: .second(second), peer: "ipv4:192.0.2.7:1")
  }
}
