import LiaisonModel
import LiaisonServer
import LiaisonSync
import Testing

@testable import LiaisonOperation

/// Event by event and fact by fact: what stands on the page of metrics.
struct MetricsPageTests {
  private let counted = ServerMetrics()

  private func page(_ facts: OperationFacts? = nil) async throws -> (MetricsText, String) {
    let facts = try facts ?? Facts.some()
    let watch = ServerWatch(
      ServerWatch.Sources(
        store: TestStore(.success(facts)), room: { DiskRoom(free: 10, size: 20) },
        certificates: {
          .init(served: .second(8000), server: .second(9000), authority: .second(99_000))
        },
        followers: { 7 }, now: { .second(1000) }),
      counted: counted, version: "1.2.3")
    let text = await watch.metrics()
    return (try MetricsText(text), text)
  }

  @Test(arguments: [
    ("liaison_log_position", [:], 90), ("liaison_schema_version", [:], 4),
    ("liaison_healing_open", [:], 1), ("liaison_revisions_missing", [:], 2),
    ("liaison_replicas", ["state": "admitted"], 3), ("liaison_replicas", ["state": "revoked"], 1),
    ("liaison_backup_last_verified_timestamp_seconds", [:], 700),
    ("liaison_backup_last_verified_position", [:], 80), ("liaison_followers", [:], 7),
    ("liaison_store_disk_free_bytes", [:], 10), ("liaison_store_disk_size_bytes", [:], 20),
    ("liaison_certificate_expiry_timestamp_seconds", ["certificate": "server"], 9000),
    ("liaison_certificate_expiry_timestamp_seconds", ["certificate": "authority"], 99_000),
    ("liaison_build_info", ["version": "1.2.3"], 1), ("liaison_ready", [:], 0),
    ("liaison_readiness_check", ["check": "listening"], 0),
    ("liaison_replica_lag_changes", ["office": "VIE", "replica": "VIE-A"], 0),
    ("liaison_replica_lag_changes", ["office": "VIE", "replica": "VIE-B"], 50),
    ("liaison_replica_lag_changes", ["office": "NYC", "replica": "NYC-A"], 90),
    ("liaison_replica_last_sync_timestamp_seconds", ["office": "VIE", "replica": "VIE-B"], 450),
    ("liaison_replica_went_back_timestamp_seconds", ["office": "VIE", "replica": "VIE-B"], 450),
    ("liaison_replica_pushes_total", ["office": "VIE", "replica": "VIE-B"], 3),
    (
      "liaison_replica_certificate_expiry_timestamp_seconds",
      ["office": "NYC", "replica": "NYC-A"], 5000
    ),
  ])
  func aFactIsTold(name: String, labels: [String: String], value: Double) async throws {
    #expect(try await page().0.value(name, labels) == value)
  }

  @Test func whoHasNeverCalledHasNoTimeOfACall() async throws {
    let page = try await page().0
    let named = ["office": "NYC", "replica": "NYC-A"]
    #expect(page.value("liaison_replica_last_sync_timestamp_seconds", named) == nil)
    #expect(page.value("liaison_replica_enrolled_timestamp_seconds", named) == 100)
  }

  @Test func noPersonNoAddressAndNoRevokedReplicaIsTold() async throws {
    let text = try await page().1
    for hidden in ["laptop", "192.0.2.7", "LYO", "a.sqlite"] { #expect(!text.contains(hidden)) }
  }

  @Test(arguments: [
    (CallReport.Outcome.fine, "ok"), (.left, "left"), (.refused(.tooLarge), "refused"),
    (.failed, "failed"), (.refused(.storeUnavailable), "failed"),
  ])
  func aCallIsCountedByItsOutcome(outcome: CallReport.Outcome, word: String) async throws {
    var report = CallReport(id: "1", method: .follow)
    (report.outcome, report.duration) = (outcome, .milliseconds(30))
    counted.began(.pull)
    #expect(try await page().0.value("liaison_calls_in_progress", ["method": "pull"]) == 1)
    counted.ended(report)
    let page = try await page().0
    #expect(page.value("liaison_calls_total", ["method": "follow", "outcome": word]) == 1)
    #expect(page.value("liaison_calls_in_progress", ["method": "pull"]) == 0)
    #expect(page.value("liaison_call_duration_seconds_sum", ["method": "follow"]) == 0.03)
    let isRefusal = word == "refused"
    #expect(
      page.value("liaison_call_refusals_total", ["reason": "too-large"]) == (isRefusal ? 1 : 0))
  }

  @Test func aPushIsCountedByItsVerdicts() async throws {
    let refusal = Refusal(.codeTaken, "of COMPACT")
    let placed = Committed(
      position: LogPosition(1), revision: try #require(RevisionID(Array(repeating: 1, count: 32))))
    let outcomes: [Verdict.Outcome] = [
      .committed(placed), .committed(placed), .alreadyCommitted(placed), .stale(head: nil),
      .refused(refusal),
    ]
    counted.committed(
      CommitReport(
        duration: .milliseconds(7),
        verdicts: outcomes.map { Verdict(edit: EditID(Facts.id(1)), outcome: $0) }))
    let (page, text) = try await page()
    let told = ["committed", "already", "stale", "refused"].map {
      page.value("liaison_edits_total", ["outcome": $0])
    }
    #expect(told == [2, 1, 1, 1])
    #expect(page.value("liaison_edit_refusals_total", ["reason": "code-taken"]) == 1)
    #expect(page.value("liaison_push_batch_edits_sum") == 5)
    #expect(page.value("liaison_commit_duration_seconds_bucket", ["le": "0.01"]) == 1)
    #expect(page.value("liaison_commit_duration_seconds_bucket", ["le": "0.005"]) == 0)
    #expect(!text.contains("COMPACT"))
  }

  @Test func batchesEnrolmentsAndStoreErrorsAreCounted() async throws {
    counted.sent(157)
    counted.sent(0)
    counted.storeFailed(.damaged("/var/lib/liaison/hq"))
    counted.began(.enrol)
    counted.ended(CallReport(id: "1", method: .enrol))
    let (page, text) = try await page()
    #expect(page.value("liaison_changes_sent_total") == 157)
    #expect(page.value("liaison_pull_batch_changes_count") == 2)
    #expect(page.value("liaison_enrolments_total") == 1)
    #expect(page.value("liaison_store_errors_total", ["kind": "damaged"]) == 1)
    #expect(!text.contains("/var/lib"))
  }

  @Test func everyCounterStartsAtZero() async throws {
    let page = try await page().0
    for description in ServerMetrics.descriptions {
      let suffix = description.kind == .histogram ? "_count" : ""
      let isLabelled = description.name == ServerMetrics.Name.call
      #expect(
        isLabelled || page.samples.contains { $0.name == description.name + suffix },
        "\(description.name)")
    }
  }

  @Test func thePageOfThisProcessTellsWhatItTakes() async throws {
    let page = try await page().0
    let started = try #require(page.value("process_start_time_seconds"))
    #expect(started > 1.7e9)
    #expect(try #require(page.value("process_resident_memory_bytes")) > 1e6)
    #expect(try #require(page.value("process_open_fds")) > 2)
  }
}
