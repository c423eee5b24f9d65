import LiaisonReplica
import LiaisonSync
import LiaisonTerminal

/// What a watch tells, as JSON and as a line.
struct WatchLine: Encodable {
  let event: String
  var received: Int?
  var committed: Int?
  var conflicts: Int?
  var refused: Int?
  var reason: String?
  var retryMilliseconds: Int?
  let line: String

  private enum CodingKeys: CodingKey {
    case event, received, committed, conflicts, refused, reason, retryMilliseconds
  }

  init(_ event: WatchEvent, at place: Place) {
    switch event {
    case .synced(let report):
      self.event = "synced"
      received = report.round.received
      committed = report.round.committed
      conflicts = report.counts.unsettled
      refused = report.counts.refused
      line =
        "in step: \(report.round.received) received, \(report.round.committed) sent"
        + WatchLine.text(report.handBack)
        + WatchLine.trouble(conflicts: report.counts.unsettled, refused: report.counts.refused)
    case .received(let count, let conflicts):
      self.event = "received"
      received = count
      self.conflicts = conflicts
      line = "received \(count)" + WatchLine.trouble(conflicts: conflicts, refused: 0)
    case .offline(let outage, let pause):
      self.event = "offline"
      let reason = outage.reason(at: place)
      self.reason = reason
      retryMilliseconds = pause
      line = "offline: \(Terminal.safe(reason)); again in \(pause) ms"
    }
  }

  private static func text(_ handBack: HandBack) -> String {
    (handBack.handedBack > 0
      ? ", handed back \(handBack.handedBack) that the server had lost" : "")
      + (handBack.waiting > 0 ? ", \(HealingText.waiting(handBack.waiting))" : "")
  }

  private static func trouble(conflicts: Int, refused: Int) -> String {
    (conflicts > 0 ? ", conflicts \(conflicts): see liaison conflicts" : "")
      + (refused > 0 ? ", refused \(refused): see liaison status" : "")
  }

  /// At once, also into a pipe.
  func print(asJSON json: Bool) {
    do {
      if json { try Output.jsonLine(self) } else { Output.line(line) }
      Output.flush()
    } catch {
      Output.ready("an event that has no JSON")
    }
  }
}

extension WatchEvent.Outage {
  fileprivate func reason(at place: Place) -> String {
    switch self {
    case .ended: "the server ended the connection"
    case .call(let error): Failure(error, at: place).message
    case .store(let error): Failure(error, at: place).message
    }
  }
}
