internal import CoreMetrics
internal import LiaisonModel
public import LiaisonServer
public import LiaisonSync

/// Counts and times what a server does, through swift-metrics. Labels hold names of methods and of reasons,
/// all of them from lists of ours.
public struct ServerMetrics: CallObserver {
  let registry: MetricRegistry

  public init() {
    registry = MetricRegistry(Self.descriptions)
    // A rate is known from the first event on only if there was a zero before it.
    for method in CallReport.Method.allCases {
      for word in CallReport.Outcome.words { calls(method, word).increment(by: 0) }
      if method != .follow { underWay(method).set(0) }
    }
    for word in EditOutcome.allCases { edits(word).increment(by: 0) }
    for reason in Refusal.Reason.allCases { refusedEdits(reason).increment(by: 0) }
    for error in Self.refusals { refusedCalls(error).increment(by: 0) }
    for kind in StoreErrorKind.allCases { storeErrors(kind).increment(by: 0) }
    for name in [Name.enrolments, Name.sent] { counter(name).increment(by: 0) }
    _ = (recorder(Name.pushed), recorder(Name.pulled), timer(Name.commit))
  }

  public func began(_ method: CallReport.Method) { underWay(method).increment() }

  public func ended(_ report: CallReport) {
    // That a pull goes on is known only when it is under way.
    underWay(report.method == .follow ? .pull : report.method).decrement()
    calls(report.method, report.outcome.word).increment()
    timer(Name.call, [("method", report.method.rawValue)]).recordNanoseconds(
      report.duration.nanoseconds)
    switch report.outcome {
    case .refused(.storeUnavailable), .fine, .left, .failed: break
    case .refused(let error): refusedCalls(error).increment()
    }
    switch report.method {
    case .enrol: if report.outcome == .fine { counter(Name.enrolments).increment() }
    case .pull, .follow, .push, .history, .renew: break
    }
  }

  /// A pull has sent a batch.
  public func sent(_ changes: Int) {
    recorder(Name.pulled).record(changes)
    counter(Name.sent).increment(by: changes)
  }

  public func committed(_ report: CommitReport) {
    timer(Name.commit).recordNanoseconds(report.duration.nanoseconds)
    recorder(Name.pushed).record(report.verdicts.count)
    for verdict in report.verdicts {
      switch verdict.outcome {
      case .committed: edits(.committed).increment()
      case .alreadyCommitted: edits(.already).increment()
      case .stale: edits(.stale).increment()
      case .refused(let refusal):
        edits(.refused).increment()
        refusedEdits(refusal.reason).increment()
      }
    }
  }

  public func storeFailed(_ error: StoreError) { storeErrors(StoreErrorKind(error)).increment() }
}

// MARK: Series

extension ServerMetrics {
  private func counter(_ name: String, _ labels: [(String, String)] = []) -> Counter {
    Counter(label: name, dimensions: labels, factory: registry)
  }

  private func timer(_ name: String, _ labels: [(String, String)] = []) -> Timer {
    Timer(label: name, dimensions: labels, factory: registry)
  }

  private func recorder(_ name: String) -> Recorder {
    Recorder(label: name, dimensions: [], aggregate: true, factory: registry)
  }

  private func calls(_ method: CallReport.Method, _ outcome: String) -> Counter {
    counter(Name.calls, [("method", method.rawValue), ("outcome", outcome)])
  }

  private func underWay(_ method: CallReport.Method) -> Meter {
    Meter(label: Name.underWay, dimensions: [("method", method.rawValue)], factory: registry)
  }

  private func edits(_ outcome: EditOutcome) -> Counter {
    counter(Name.edits, [("outcome", outcome.rawValue)])
  }

  private func refusedEdits(_ reason: Refusal.Reason) -> Counter {
    counter(Name.refusedEdits, [("reason", reason.word)])
  }

  private func refusedCalls(_ error: CallError) -> Counter {
    counter(Name.refusedCalls, [("reason", error.word)])
  }

  private func storeErrors(_ kind: StoreErrorKind) -> Counter {
    counter(Name.storeErrors, [("kind", kind.rawValue)])
  }
}

extension Duration {
  fileprivate var nanoseconds: Int64 { Int64(self / .nanoseconds(1)) }
}
