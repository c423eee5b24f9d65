internal import LiaisonModel
internal import LiaisonSync

// What leaves, and the verdicts on it.
extension SyncDriver {
  func push(_ sendable: [OutboxStanding]) async throws -> SyncMachine.AfterPush {
    unsent = sendable[...]
    amended = 0
    machine.beginPush()
    try await endpoint.push(
      next: { try await self.nextRequest() }, receive: { try await self.receive($0) })
    return try machine.pushEnded(unsent: unsent.count, amended: amended)
  }

  func pause(_ attempt: Int) async throws {
    let pause = Backoff.pause(attempt: attempt, random: environment.random())
    try await environment.sleep(.milliseconds(pause))
  }

  private func nextRequest() async throws -> PushRequest? {
    let identity = try await store.identity()
    guard let register = identity.register, let cursor = identity.cursor else {
      throw CallError.peerFault(.noHeader)
    }
    pushedTurns = identity.turns
    var rest = unsent
    let entries = try await keeper.nextBatch(&rest, limit)
    unsent = rest
    guard let entries else { return nil }
    awaiting = entries
    sent += entries.count
    progress(.sent(Progress(done: sent, remaining: unsent.count)))
    machine.sending(entries.map(\.entry.edit))
    return PushRequest(
      version: machine.version, register: register, cursor: cursor, edits: entries.map(\.edit))
  }

  private func receive(_ response: PushResponse) async throws {
    try machine.received(response)
    amended += try await keeper.settle(response.verdicts, of: awaiting, turns: pushedTurns)
    awaiting = []
  }
}
