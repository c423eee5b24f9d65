internal import LiaisonSync

extension ServerMetrics {
  /// The names of what is counted: a contract, as alerts and dashboards hold them.
  enum Name {
    static let calls = "liaison_calls_total"
    static let call = "liaison_call_duration_seconds"
    static let underWay = "liaison_calls_in_progress"
    static let refusedCalls = "liaison_call_refusals_total"
    static let edits = "liaison_edits_total"
    static let refusedEdits = "liaison_edit_refusals_total"
    static let commit = "liaison_commit_duration_seconds"
    static let pushed = "liaison_push_batch_edits"
    static let pulled = "liaison_pull_batch_changes"
    static let sent = "liaison_changes_sent_total"
    static let enrolments = "liaison_enrolments_total"
    static let storeErrors = "liaison_store_errors_total"
  }

  private static let seconds = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10,
  ]
  private static let counts: [Double] = [0, 1, 2, 5, 10, 25, 50, 100, 250, 500, 1000]

  static let descriptions: [MetricRegistry.Description] = [
    .init(Name.calls, .counter, "Calls that have ended, by method and outcome."),
    .init(Name.call, .histogram, "How long a call took.", bounds: seconds + [60, 600, 3600]),
    .init(Name.underWay, .gauge, "Calls that are being answered."),
    .init(Name.refusedCalls, .counter, "Calls that were refused, by reason."),
    .init(Name.edits, .counter, "Edits that were pushed, by their verdict."),
    .init(Name.refusedEdits, .counter, "Edits that were refused, by reason."),
    .init(
      Name.commit, .histogram, "How long it took until the verdicts on a push were durable.",
      bounds: seconds),
    .init(Name.pushed, .histogram, "Edits in a request of a push.", bounds: counts),
    .init(Name.pulled, .histogram, "Changes in a batch of a pull.", bounds: counts),
    .init(Name.sent, .counter, "Changes that pulls have sent."),
    .init(Name.enrolments, .counter, "Replicas that were let in."),
    .init(Name.storeErrors, .counter, "Times that the store could not answer, by kind."),
  ]

  enum EditOutcome: String, CaseIterable {
    case committed
    case already
    case stale
    case refused
  }

  /// What a caller is told.
  static let refusals: [CallError] =
    [
      .unknownOffice, .otherRegister, .otherHistory, .otherProtocol, .tooLarge, .tooManyCalls,
      .malformed,
    ] + NotAdmitted.allCases.map { .notAdmitted($0) }
}

/// What kind of failure of a store it was: its text names files.
enum StoreErrorKind: String, CaseIterable {
  case locked, full, newer, older, damaged, missing, unfit, exposed, exists, changed, moved,
    unreachable, untrusted, io

  init(_ error: StoreError) {
    self =
      switch error {
      case .locked: .locked
      case .full: .full
      case .newer: .newer
      case .older: .older
      case .damaged: .damaged
      case .missing: .missing
      case .unfit: .unfit
      case .exposed: .exposed
      case .exists: .exists
      case .changed: .changed
      case .moved: .moved
      case .unreachable: .unreachable
      case .untrusted: .untrusted
      case .io: .io
      }
  }
}

extension Refusal.Reason {
  /// As a label has it.
  var word: String {
    switch self {
    case .malformed: "malformed"
    case .invalid: "invalid"
    case .codeTaken: "code-taken"
    case .reference: "reference"
    case .office: "office"
    case .role: "role"
    }
  }
}

extension CallError {
  /// As a label has it, and the wire: see the article *Protocol*.
  var word: String {
    switch self {
    case .unknownOffice: "unknown-office"
    case .otherRegister: "other-register"
    case .otherHistory: "other-history"
    case .otherProtocol: "other-protocol"
    case .tooLarge: "too-large"
    case .tooManyCalls: "too-many-calls"
    case .storeUnavailable: "store"
    case .notYet: "not-yet"
    case .malformed: "malformed"
    case .notAdmitted(let why): why.rawValue
    // What a server does not say.
    case .unreachable, .peerFault, .tooManyRounds, .notLoopback, .untrusted: "other"
    }
  }
}
