import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonGRPC

/// What those who run a server are told of each call.
@Suite(.mustEnd)
struct ObservedCallTests {
  private final class Watching: CallObserver {
    let reports: AsyncStream<CallReport>
    let began = Collected<CallReport.Method>()
    let batches = Collected<Int>()
    private let told: AsyncStream<CallReport>.Continuation

    init() { (reports, told) = AsyncStream.makeStream() }

    func began(_ method: CallReport.Method) { began.add(method) }
    func sent(_ changes: Int) { batches.add(changes) }
    func ended(_ report: CallReport) { told.yield(report) }
  }

  private struct Broken: Error {}

  private let watching = Watching()

  /// Makes a call, and waits until its end is told.
  private func report(
    of register: StubRegister,
    _ body: @escaping @Sendable (any SyncEndpoint, SyncServer) async throws -> Void
  ) async throws -> CallReport {
    let office = try #require(OfficeID("VIE"))
    return try await register.serving(observer: watching) { [watching] address, server in
      let connector = GRPCConnector(
        to: address, .insecureLoopback(office), clock: ManualClock())
      // How it ends for the caller is for other tests.
      do { try await connector.connecting { try await body($0, server) } } catch is CallError {}
      return try #require(await watching.reports.first { _ in true })
    }
  }

  @Test func aPullIsToldWithWhatItBrought() async throws {
    let register = StubRegister(answerPull: { _, send in
      for message in [Sample.header, Sample.batch(2), Sample.heartbeat] { try await send(message) }
    })
    let report = try await report(of: register) { endpoint, _ in
      try await endpoint.pull(Sample.pull()) { _ in }
    }
    #expect(report.method == .pull && report.outcome == .fine)
    #expect(report.batches == 2 && report.changes == 1 && watching.batches.all == [1, 0])
    #expect(report.caller.office?.text == "VIE" && report.id.count == 16)
    #expect(report.duration > .zero && watching.began.all == [.pull])
  }

  @Test func aPushIsToldWithItsEdits() async throws {
    let numbers = Collected<Int>()
    let report = try await report(of: StubRegister()) { endpoint, _ in
      try await endpoint.push {
        numbers.add(0)
        return numbers.all.count > 3 ? nil : Sample.push(UInt8(numbers.all.count))
      } receive: { _ in
      }
    }
    #expect(report.method == .push && report.outcome == .fine)
    #expect(report.batches == 3 && report.changes == 3)
  }

  @Test(arguments: [CallError.otherHistory, .tooManyCalls, .notAdmitted(.revoked)])
  func aRefusalIsToldWithItsReason(error: CallError) async throws {
    let register = StubRegister(answerPull: { _, _ in throw error })
    let report = try await report(of: register) { endpoint, _ in
      try await endpoint.pull(Sample.pull()) { _ in }
    }
    #expect(report.outcome == .refused(error) && report.outcome.word == "refused")
  }

  @Test func aStoreThatCannotAnswerAndAFaultAreFailures() async throws {
    for error in [CallError.storeUnavailable, Broken()] as [any Error] {
      let register = StubRegister(answerPull: { _, _ in throw error })
      let report = try await report(of: register) { endpoint, _ in
        try await endpoint.pull(Sample.pull()) { _ in }
      }
      #expect(report.outcome == .failed)
    }
  }

  @Test func aFollowThatADrainEndsIsNoFailure() async throws {
    let register = StubRegister(answerPull: { _, send in
      try await send(Sample.header)
      try await Gate().wait()
    })
    let report = try await report(of: register) { endpoint, server in
      try await endpoint.pull(Sample.pull(follow: true)) { _ in server.drain() }
    }
    #expect(report.method == .follow && report.outcome == .fine)
    #expect(watching.began.all == [.pull])
  }
}
