import LiaisonModel
import LiaisonServer
import LiaisonSync

/// The line over which one sync runs, with all that happens to it.
// Unchecked: one history runs on one thread, see Turns.
final class Passage: @unchecked Sendable {
  private let world: World
  let folder: Folder
  private let start: Int
  private let serverStart: Int
  private let troubles: [Trouble]
  private var points = 0
  /// How many there are at all; nil if as many as it takes.
  private let count: Int?
  /// Whether anything came between.
  private(set) var isDisturbed = false

  init(_ world: World, _ folder: Folder, _ troubles: [Trouble], lasting count: Int? = nil) {
    (self.world, self.folder, self.troubles, self.count) = (world, folder, troubles, count)
    (start, serverStart) = (folder.starts, world.server.starts)
  }

  static let broken = CallError.unreachable(.noAnswer)
  /// What no waiting mends.
  static let isOver = StoreError.io("the line is gone for good")

  /// A place at which something may happen.
  /// - Parameter request: what is under way to the server there.
  /// - Returns: whether the message comes twice.
  /// - Throws: if the line breaks.
  func point(_ request: PushRequest? = nil) async throws -> Bool {
    await world.goOn()
    let here = points
    points += 1
    if let count, here >= count { throw Passage.isOver }
    var isTwice = false
    for trouble in troubles where trouble.happens(at: here, with: request) {
      isDisturbed = true
      switch trouble.what {
      case .cut:
        world.tally.count(.cut)
        throw Passage.broken
      case .twice:
        world.tally.count(.duplicate)
        isTwice = true
      case .late:
        guard let request else { continue }
        world.tally.count(.late)
        world.server.late.append((folder.office, request))
        throw Passage.broken
      case .crash(let keeping):
        world.crash(folder, keeping)
        throw Passage.broken
      case .meanwhile(let actions):
        await world.meanwhile(actions)
      }
    }
    guard folder.starts == start, world.server.starts == serverStart else {
      isDisturbed = true
      throw Passage.broken
    }
    return isTwice
  }

  func answered(_ response: PushResponse) { world.answered(response) }

  var plant: Plant? { world.plant }
}

extension Trouble {
  /// What makes a request late waits for the next one.
  fileprivate func happens(at here: Int, with request: PushRequest?) -> Bool {
    if case .late = what { return request != nil && here >= point }
    return point == here
  }
}

struct Line: SyncConnector {
  let world: World
  let passage: Passage

  func connecting<Result: Sendable>(
    _ body: @escaping @Sendable (any SyncEndpoint) async throws -> Result
  ) async throws -> Result {
    _ = try await passage.point()
    let inner = try await world.server.service.endpoint(for: passage.folder.office)
    return try await body(Call(inner: inner, passage: passage))
  }
}

private struct Call: SyncEndpoint {
  let inner: any SyncEndpoint
  let passage: Passage

  func pull(
    _ request: PullRequest, receive: @escaping @Sendable (PullResponse) async throws -> Void
  ) async throws {
    _ = try await passage.point()
    try await inner.pull(request) { message in
      let isTwice = try await passage.point()
      let told = told(message)
      try await receive(told)
      if isTwice { try await receive(told) }
      _ = try await passage.point()
    }
  }

  func push(
    next: @escaping @Sendable () async throws -> PushRequest?,
    receive: @escaping @Sendable (PushResponse) async throws -> Void
  ) async throws {
    _ = try await passage.point()
    try await inner.push {
      guard let request = try await next().map(sent) else { return nil }
      if try await passage.point(request) {
        let once = Once(request)
        try await inner.push(next: { once.take() }, receive: { passage.answered($0) })
      }
      return request
    } receive: { response in
      passage.answered(response)
      _ = try await passage.point()
      try await receive(response)
      _ = try await passage.point()
    }
  }

  func history(
    _ request: HistoryRequest,
    receive: @escaping @Sendable (HistoryResponse) async throws -> Void
  ) async throws {
    _ = try await passage.point()
    try await inner.history(request) { message in
      _ = try await passage.point()
      try await receive(message)
    }
  }

  private func told(_ message: PullResponse) -> PullResponse {
    guard passage.plant == .knownIgnored, case .header(let header) = message else { return message }
    return .header(
      PullHeader(
        version: header.version, register: header.register, head: header.head,
        schema: header.schema, limits: header.limits,
        shared: header.shared))
  }

  private func sent(_ request: PushRequest) -> PushRequest {
    guard passage.plant == .ancestorNotSent else { return request }
    let edits = request.edits.map {
      Edit(
        id: $0.id, bytes: $0.bytes, absorbed: $0.absorbed, isReoffer: $0.isReoffer,
        wasSent: $0.wasSent)
    }
    return PushRequest(
      version: request.version, register: request.register, cursor: request.cursor, edits: edits)
  }
}

/// A request that is sent once.
// Unchecked: one history runs on one thread, see Turns.
final class Once: @unchecked Sendable {
  private var request: PushRequest?
  init(_ request: PushRequest) { self.request = request }

  func take() -> PushRequest? {
    defer { request = nil }
    return request
  }
}
