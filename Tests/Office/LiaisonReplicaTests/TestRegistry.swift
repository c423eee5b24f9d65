import LiaisonModel
import LiaisonReplica
import LiaisonSync
import Synchronization
import TestSupport
import Testing

/// A small register of topics, which are named, and of tasks, which are numbered.
enum Registry {
  static let topic = KindNumber(1)
  static let task = KindNumber(2)
  static let name = FieldNumber(1)
  static let notes = FieldNumber(2)
  static let size = FieldNumber(3)
  static let tags = FieldNumber(4)
  static let parent = FieldNumber(5)
  static let related = FieldNumber(6)
  static let steps = FieldNumber(7)
  static let status = FieldNumber(8)
  static let since = FieldNumber(9)
  static let open = FieldNumber(10)
  static let above = FieldNumber(11)

  static func schema() throws -> Schema {
    try Schema(
      version: 1,
      kinds: [
        Kind(
          topic, "topic", label: "Topic", coding: .chosen,
          fields: [
            FieldDefinition(name, "name", label: "Name", type: .text, isRequired: true),
            FieldDefinition(notes, "notes", label: "Notes", type: .prose),
            FieldDefinition(
              size, "size", label: "Size", type: .number, constraints: [.minimum(0)]),
            FieldDefinition(tags, "tags", label: "Tags", type: .texts),
            FieldDefinition(parent, "parent", label: "Parent", type: .reference(topic)),
            FieldDefinition(related, "related", label: "Related", type: .references(topic)),
            FieldDefinition(steps, "steps", label: "Steps", type: .items),
            FieldDefinition(
              status, "status", label: "Status", type: .choice(["planned", "done"])),
            FieldDefinition(since, "since", label: "Since", type: .date),
            FieldDefinition(open, "open", label: "Open", type: .flag),
            FieldDefinition(
              above, "above", label: "Above", type: .reference(topic), constraints: [.acyclic]),
          ]),
        Kind(
          task, "task", label: "Task", coding: .numbered,
          fields: [
            FieldDefinition(name, "name", label: "Name", type: .text, isRequired: true),
            FieldDefinition(parent, "topic", label: "Topic", type: .reference(topic)),
          ]),
      ])
  }
}

/// An office with its replica in memory.
struct TestOffice {
  let server: TestServer
  let store: MemoryReplicaStore
  let environment: ReplicaEnvironment
  let replica: Replica

  /// - Parameter topics: codes of topics that the register has from the beginning; the office has
  ///   pulled them.
  init(_ id: String = "VIE", seed: UInt64 = 1, topics: [String] = []) async throws {
    try await self.init(id, seed: seed, at: try TestServer(topics: topics))
  }

  /// Another office of the same register.
  init(_ id: String, seed: UInt64 = 2, at server: TestServer) async throws {
    self.server = server
    let office = try #require(OfficeID(id))
    store = MemoryReplicaStore(office: office, address: "hq:1")
    environment = .seeded(seed, coding: PlainCoding())
    replica = Replica(store: store, environment: environment)
    try await sync()
  }

  @discardableResult
  func sync(retriesAll: Bool = false) async throws -> SyncReport {
    try await replica.sync(over: server, at: "hq:1", retriesAll: retriesAll)
  }

  @discardableResult
  func edit(_ code: String, _ changes: String...) async throws -> RecordView {
    try await replica.edit(code, try changes.map { try Assignment($0) })
  }

  @discardableResult
  func create(_ code: String, _ changes: String...) async throws -> RecordView {
    let all = ["code=\(code)", "name=\(code)"] + changes
    return try await replica.create("topic", try all.map { try Assignment($0) })
  }

  /// The codes of what is listed.
  func listed(_ query: ListQuery) async throws -> [String] {
    let codes = Mutex<[String]>([])
    try await replica.list(query) { record in codes.withLock { $0.append(record.code.text) } }
    return codes.withLock { $0 }
  }

  func view(_ code: String) async throws -> RecordView {
    try #require(try await replica.show(code).first).record
  }

  func text(_ code: String, _ field: String) async throws -> String? {
    try await view(code)[field]?.text
  }

  func place(_ code: String) async throws -> RecordPlace { try await view(code).place }
}
