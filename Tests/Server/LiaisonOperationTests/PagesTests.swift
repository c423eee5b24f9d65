import LiaisonModel
import LiaisonServer
import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonOperation

/// What the second port answers.
struct PagesTests {
  private func watch(
    _ store: any OperationReading, room: Int64 = 1 << 40, certificate: Timestamp? = .second(9000),
    counted: ServerMetrics = ServerMetrics()
  ) -> ServerWatch {
    ServerWatch(
      ServerWatch.Sources(
        store: store, room: { DiskRoom(free: room, size: 1 << 41) },
        certificates: {
          .init(served: certificate, server: .second(8000), authority: .second(99_000))
        },
        followers: { 7 }, now: { .second(1000) },
        // A store that says nothing has no time at all.
        pause: { _ in
          let isSilent = store is SilentStore || (store as? HangingStore)?.hangs == true
          if !isSilent { for await _ in AsyncStream<Never>.makeStream().stream {} }
        }),
      counted: counted, version: "1.2.3")
  }

  private func listening(_ store: any OperationReading) -> ServerWatch {
    let watch = watch(store)
    watch.enters(.listening)
    return watch
  }

  @Test func aServerIsReadyBetweenItsStartAndItsDrain() async throws {
    let watch = watch(TestStore(.success(try Facts.some())))
    let pages = OperationPages(watch: watch)
    #expect(await pages.page("GET", "/readyz").status == .notReady)
    watch.enters(.listening)
    #expect(await pages.page("GET", "/readyz") == Page(.fine, "ok\n"))
    watch.enters(.draining)
    watch.enters(.listening)
    let drained = await pages.page("GET", "/readyz")
    #expect(drained.status == .notReady)
    #expect(drained.text.contains("[-]not-draining failed: it was told to stop\n"))
    #expect(await pages.page("GET", "/livez") == Page(.fine, "ok\n"), "it is alive all the same")
  }

  @Test(arguments: [
    ("GET", "/livez", 200), ("HEAD", "/livez", 200), ("GET", "/livez?verbose", 200),
    ("POST", "/livez", 405), ("GET", "/", 404), ("GET", "", 404), ("DELETE", "/metrics", 405),
    ("GET", "/metrics", 200), ("GET", "/metrics/", 404), ("GET", "/../etc/passwd", 404),
    ("get", "/livez", 405), ("GET", "/readyz?verbose&x=1", 200), ("POST", "/", 404),
  ])
  func aRequestHasItsStatus(method: String, target: String, status: Int) async throws {
    let pages = OperationPages(watch: listening(TestStore(.success(try Facts.some()))))
    #expect(await pages.page(method, target).status.rawValue == status)
  }

  @Test func eachCheckIsNamedWhenItIsAskedFor() async throws {
    let pages = OperationPages(watch: listening(TestStore(.success(try Facts.some()))))
    #expect(
      await pages.page("GET", "/readyz?verbose").text == """
        [+]store ok
        [+]schema ok
        [+]listening ok
        [+]not-draining ok
        [+]certificate ok
        [+]disk ok
        readyz check passed

        """)
  }

  @Test(arguments: [
    (Result<Bool, StoreError>.failure(.full), 1 << 40, Int64?.some(9000), Readiness.Check.store),
    (.failure(.newer), 1 << 40, 9000, .schema), (.success(true), 1, 9000, .disk),
    (.success(true), 1 << 40, 1000, .certificate),
  ])
  func whatFailsIsNamed(
    store: Result<Bool, StoreError>, room: Int, ends: Int64?, check: Readiness.Check
  ) async throws {
    let facts = try Facts.some()
    let watch = watch(
      TestStore(store.map { _ in facts }), room: Int64(room),
      certificate: ends.map { .second($0) })
    watch.enters(.listening)
    let readiness = await watch.readiness()
    #expect(Array(readiness.faults.keys) == [check])
    let text = await OperationPages(watch: watch).page("GET", "/readyz").text
    #expect(text.contains("[-]\(check.rawValue) failed: ") && text.hasSuffix("check failed\n"))
  }

  @Test func aServerWhoseRegisterHasMovedAwayIsNotReady() async throws {
    let watch = listening(TestStore(.success(try Facts.some(movedTo: "postgresql://db/hq"))))
    #expect(
      await watch.readiness().faults == [.store: "the register has moved to postgresql://db/hq"])
  }

  @Test func aServerWithoutCertificatesNeedsNone() async throws {
    let watch = watch(TestStore(.success(try Facts.some())), certificate: nil)
    watch.enters(.listening)
    #expect(await watch.readiness().isReady)
  }

  @Test func aStoreThatDoesNotAnswerInTimeIsNotReady() async throws {
    let watch = watch(SilentStore())
    watch.enters(.listening)
    #expect(Array(await watch.readiness().faults.keys) == [.store])
    let text = try MetricsText(await watch.metrics())
    #expect(text.value("liaison_readiness_check", ["check": "store"]) == 0)
    #expect(text.value("liaison_store_errors_total", ["kind": "io"]) == 1)
    #expect(text.value("liaison_ready") == 0)
  }

  @Test(.mustEnd)
  func aStoreThatHangsKeepsNobodyWaitingAndIsAskedOnce() async throws {
    let (store, counted) = (HangingStore(), ServerMetrics())
    let watch = watch(store, counted: counted)
    watch.enters(.listening)
    await withTaskGroup(of: Void.self) { group in
      for _ in 1...20 {
        group.addTask {
          #expect(
            await watch.readiness().faults == [.store: "the store does not answer in time"])
        }
      }
    }
    #expect(store.asked == 1)
    let text = try MetricsText(await watch.metrics())
    #expect(text.value("liaison_store_errors_total", ["kind": "io"]) == 1)
    // It answers at last, and is asked again.
    store.letGo(try Facts.some())
    while !(await watch.readiness().isReady) { await Task.yield() }
    #expect(try MetricsText(await watch.metrics()).value("liaison_log_position") == 90)
  }

  @Test func whoeverAsksOftenDoesNotAskTheStore() async throws {
    let store = TestStore(.success(try Facts.some()))
    let pages = OperationPages(watch: listening(store))
    for _ in 0..<50 { _ = await pages.page("GET", "/metrics") }
    #expect(store.asked < 10, "\(store.asked) times within moments")
  }
}
