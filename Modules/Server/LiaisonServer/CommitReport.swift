internal import LiaisonModel
public import LiaisonSync

/// What a request with edits took, and what became of them: for those who run the server.
public struct CommitReport: Hashable, Sendable {
  /// Until its verdicts were durable.
  public let duration: Duration
  public let verdicts: [Verdict]

  public init(duration: Duration, verdicts: [Verdict]) {
    self.duration = duration
    self.verdicts = verdicts
  }
}

extension OfficeEndpoint {
  var caller: CallerName? { CallerName(office: office, replica: admitted?.name) }

  /// Tells those who run the server of a request with edits.
  func reporting(_ commit: () async throws -> [Verdict]) async throws -> [Verdict] {
    let begun = ContinuousClock.now
    let verdicts = try await commit()
    service.committed(CommitReport(duration: ContinuousClock.now - begun, verdicts: verdicts))
    return verdicts
  }
}
