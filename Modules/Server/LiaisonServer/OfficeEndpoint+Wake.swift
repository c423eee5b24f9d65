internal import LiaisonSync

// What a follower waits for.
extension OfficeEndpoint {
  enum Wake {
    case committed
    case quiet
    case ended
  }

  func wake(_ next: CommitSignal.Next) async -> Wake {
    await withTaskGroup(of: Wake.self) { group in
      defer { group.cancelAll() }
      group.addTask { await next.wait() ? .committed : .ended }
      group.addTask {
        do {
          try await service.pause(SyncLimits.heartbeat)
          return .quiet
        } catch {
          return .ended
        }
      }
      return await group.next() ?? .ended
    }
  }
}
