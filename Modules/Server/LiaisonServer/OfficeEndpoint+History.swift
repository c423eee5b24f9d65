internal import LiaisonModel
internal import LiaisonSync

// What the register has of one record.
extension OfficeEndpoint {
  func history(
    _ request: HistoryRequest,
    receive: @escaping @Sendable (HistoryResponse) async throws -> Void
  ) async throws {
    let status = try await status(
      request.version, request.register, reached: request.cursor, among: [request.cursor])
    guard status.shared != nil else { throw CallError.otherHistory }
    let coding = service.coding
    let all = try await service.asking {
      try await service.log.history(of: request.record) { bytes in
        let revision = try coding.decode(bytes)
        return [revision.parent, revision.secondParent].compactMap(\.self)
      }
    }
    var rest = all[...]
    while !rest.isEmpty {
      try await service.check(admitted)
      var size = 0
      let part = rest.prefix(service.limit.count).prefix { change in
        defer { size += change.bytes.count }
        return size == 0 || size + change.bytes.count <= service.limit.bytes
      }
      try await receive(HistoryResponse(revisions: Array(part)))
      rest = rest.dropFirst(part.count)
    }
  }
}
