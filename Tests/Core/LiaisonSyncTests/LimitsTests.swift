import LiaisonModel
import LiaisonSync
import Testing

/// Limits of three owners that must fit together.
struct LimitsTests {
  /// Bytes that a change or an edit takes beside its revision: an id, a position, tags, lengths.
  private let overhead = 64

  @Test func oneRevisionHoldsAProseATextAndItsNames() {
    #expect(Limits.revisionBytes >= Limits.proseBytes + 4 * Limits.textBytes)
    #expect(Limits.proseBytes > Limits.textBytes && Limits.textBytes > Limits.codeBytes)
    // A set of references as large as it may be: an id, a tag and lengths for each.
    #expect(Limits.revisionBytes >= Limits.members * 24)
  }

  @Test func oneRevisionAlwaysTravels() {
    #expect(SyncLimits.batchBytes >= Limits.revisionBytes)
    #expect(SyncLimits.messageBytes >= Limits.revisionBytes + overhead)
    // Its references are at least 16 bytes each.
    #expect(SyncLimits.batchReferences >= Limits.revisionBytes / 16)
  }

  /// What the article Protocol says in figures.
  @Test func theNumbersAreThoseOfTheProtocol() {
    #expect(SyncLimits.messageBytes == 4 << 20 && SyncLimits.batchReferences == 100_000)
    #expect(SyncLimits.askedEdits == 50_000 && SyncLimits.olderPlaces == 128)
    #expect(SyncLimits.ancestors == 64 && SyncLimits.officeCalls == 256)
    #expect(SyncLimits.answer == .seconds(20) && SyncLimits.patience == .seconds(30))
    #expect(SyncLimits.heartbeat == .seconds(10))
  }

  @Test func aBatchIsWellUnderAMessage() {
    let batch = SyncLimits.batchBytes + SyncLimits.batchCount * overhead
    #expect(batch * 4 <= SyncLimits.messageBytes)
    #expect(BatchLimit() == BatchLimit(count: SyncLimits.batchCount, bytes: SyncLimits.batchBytes))
    #expect(SyncLimits.batchReferences >= SyncLimits.batchBytes / 16)
    #expect(Tuning.importLines <= SyncLimits.batchCount)
  }

  @Test func aSchemaFitsTheHeaderThatCarriesIt() {
    #expect(Limits.schemaBytes + Limits.revisionBytes <= SyncLimits.messageBytes)
  }

  @Test func aDecodedMessageFitsTheArena() {
    #expect(Tuning.arenaBytes >= SyncLimits.messageBytes * 4)
  }

  @Test func aFrameFitsTheWindowAndABatchIsUnderWayWhileTheLastIsApplied() {
    #expect(Tuning.frameBytes <= Tuning.windowBytes)
    #expect(Tuning.windowBytes >= 2 * SyncLimits.batchBytes)
  }

  @Test func aLostHeartbeatIsNotSilenceYet() {
    #expect(SyncLimits.heartbeat * 2 < SyncLimits.patience)
    #expect(SyncLimits.answer <= SyncLimits.patience)
    #expect(.milliseconds(Tuning.watchMilliseconds) < SyncLimits.heartbeat)
  }

  @Test func whoIsBusyAnswersBeforeTheCallerGivesUp() {
    #expect(.seconds(Tuning.serverBusySeconds) < SyncLimits.answer)
    #expect(.seconds(Tuning.drainSeconds) < SyncLimits.patience)
  }

  @Test func aServerPutsUpWithTheQuestionsOfAClient() {
    #expect(Tuning.keepaliveSeconds >= Tuning.keepaliveFloorSeconds)
    #expect(Tuning.keepaliveAnswerSeconds < Tuning.keepaliveSeconds)
    // Keepalive is for connections without a call; in a call, patience is over first.
    let keepalive = Duration.seconds(Tuning.keepaliveSeconds + Tuning.keepaliveAnswerSeconds)
    #expect(SyncLimits.patience < keepalive)
  }

  @Test func aPauseGrows() {
    #expect(Tuning.backoffMilliseconds > 0)
    #expect(Tuning.backoffMilliseconds < Tuning.backoffCeilingMilliseconds)
    #expect(SyncLimits.staleRounds > 0 && Tuning.outboxLooks > 0)
  }

  @Test func bothSidesKeepToTheNarrowerBatch() {
    let (one, other) = (BatchLimit(count: 5, bytes: 900), BatchLimit(count: 7, bytes: 800))
    #expect(one.narrowed(to: other) == BatchLimit(count: 5, bytes: 800))
    #expect(other.narrowed(to: one) == one.narrowed(to: other))
  }
}
