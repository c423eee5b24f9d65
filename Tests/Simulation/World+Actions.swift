import LiaisonModel
import LiaisonReplica
import LiaisonServer
import LiaisonSync
import TestSupport

extension World {
  /// - Parameter margin: what the action's line in the trace begins with.
  func perform(_ action: Action, _ margin: String = "  ") async {
    note(margin + action.description)
    switch action {
    case .write(let at, let record, let writing): await write(at: folder(at), record, writing)
    case .undo(let at): await undo(at: folder(at))
    case .discard(let at, let edit): await discard(at: folder(at), edit)
    case .resolve(let at, let conflict, let how):
      await resolve(at: folder(at), conflict, how)
    case .sync(let at, let troubles): await sync(folder(at), troubles)
    case .watch(let at, let count, let troubles): await watch(folder(at), count, troubles)
    case .crash(let at, let keeping): crash(folder(at), keeping)
    case .backUp(let at):
      let folder = folder(at)
      folder.backups.append(folder.state)
      tally.count(.backup)
    case .restore(let at, let backup): restore(at, backup)
    case .copy(let at):
      guard folders.count < Self.mostFolders else { return }
      let original = folder(at)
      addFolder(original.office, original.state)
      tally.count(.copy)
    case .clone(let office):
      guard folders.count < Self.mostFolders else { return }
      addFolder(offices[office % offices.count])
      tally.count(.clone)
    case .lose(let at):
      guard folders.count > 1 else { return }
      ledger.erased.formUnion(folders[at % folders.count].replica.kept)
      folders.remove(at: at % folders.count)
      tally.count(.lost)
    case .clock(let at, let hours):
      folder(at).clock.hours += hours
      tally.count(.clock)
    case .server(let action): await perform(action)
    }
  }

  /// Others act. Nobody else does until they have, and they do not end with whoever is interrupted.
  func meanwhile(_ actions: [Action]) async {
    level += 1
    await Task { [level] in
      await Nesting.$level.withValue(level) {
        for action in actions {
          tally.count(.nested)
          await perform(action, "    ")
        }
      }
    }.value
    level -= 1
  }

  /// Waits until those who act in the middle of what this task does have done.
  func goOn() async {
    while level > Nesting.level { await Turns.pass() }
  }

  static let mostFolders = 8

  private func restore(_ at: Int, _ backup: Int) {
    let backedUp = folders.filter { !$0.backups.isEmpty }
    guard !backedUp.isEmpty else { return }
    let folder = backedUp[at % backedUp.count]
    ledger.erased.formUnion(folder.replica.kept)
    folder.replace(with: folder.backups[backup % folder.backups.count])
    tally.count(.restore)
  }

  private func perform(_ action: ServerAction) async {
    switch action {
    case .crash:
      server.crash()
      tally.count(.serverCrash)
      checkAnswers()
    case .backUp: orViolated("a backup") { try server.backUp() }
    case .restore(let backup):
      guard !server.backups.isEmpty else { return }
      let before = logged().count
      orViolated("a restore") { try server.restore(server.backups[backup % server.backups.count]) }
      await heal(true)
      ledger.answered = [:]
      tally.count(.serverRestore)
      tally.count(.lostEntries, max(0, before - logged().count))
    case .healing(let isOpen): await heal(isOpen)
    case .arrive(let number): await arrive(number)
    case .schema(let number): await changeSchema(number)
    case .program(let number):
      server.run(speaking: [1...1, 1...2, 2...3][number % 3])
      tally.count(.program)
    }
  }

  func heal(_ isOpen: Bool) async {
    do { try await server.disk.setHealing(isOpen) } catch { violated("healing: \(error)") }
  }

  /// A request that nobody waits for any more reaches the server.
  func arrive(_ number: Int) async {
    guard !server.late.isEmpty else { return }
    let (office, request) = server.late.remove(at: number % server.late.count)
    let once = Once(request)
    do {
      try await server.service.endpoint(for: office)
        .push(next: { once.take() }, receive: { [self] in answered($0) })
    } catch CallError.otherHistory, CallError.otherProtocol {
      // The log has gone back since the request left, or another program runs.
    } catch {
      violated("a late request failed: \(error)")
    }
  }

  // MARK: Syncs

  func sync(_ folder: Folder, _ troubles: [Trouble], retriesAll: Bool = false) async {
    let passage = Passage(self, folder, troubles)
    do {
      let report = try await folder.program.sync(
        over: Line(world: self, passage: passage), at: "127.0.0.1:1", retriesAll: retriesAll)
      tally.count(.sync)
      tally.count(.handedBack, report.handBack.handedBack)
      tally.count(.waiting, report.handBack.waiting)
      note(
        "      \(report.round) merged \(report.merged) back \(report.handBack)"
          + " conflicts \(report.conflicts) pending \(report.counts.pending)")
      if !passage.isDisturbed { checkPending(folder) }
    } catch {
      tally.count(.broken)
      note("      broken: \(error)")
      if !isExcused(error, passage) { violated("replica \(folder.number): a sync threw \(error)") }
    }
  }

  /// It never ends by itself: in the end the line is gone for good.
  private func watch(_ folder: Folder, _ count: Int, _ troubles: [Trouble]) async {
    let passage = Passage(self, folder, troubles, lasting: count)
    do {
      try await folder.program.watch(over: Line(world: self, passage: passage)) { event in
        if case .received(let count, _) = event { self.tally.count(.followed, count) }
      }
      violated("a watch ended by itself")
    } catch Passage.isOver as StoreError {
      tally.count(.watch)
      note("      watched")
    } catch {
      note("      broken: \(error)")
      if !isExcused(error, passage) { violated("replica \(folder.number): a watch threw \(error)") }
    }
  }

  private func isExcused(_ error: any Error, _ passage: Passage) -> Bool {
    // Neither of them has changed: they have no protocol in common.
    if case CallError.otherProtocol = error {
      tally.count(.otherProtocol)
      return server.speaksOther(than: passage.folder.environment.protocols) || passage.isDisturbed
    }
    guard passage.isDisturbed else { return false }
    return switch error {
    case CallError.unreachable, CallError.tooManyRounds: true
    // A message that comes twice is no message of the protocol.
    case CallError.peerFault(.changesOutOfOrder), CallError.peerFault(.headerOutOfOrder),
      CallError.peerFault(.otherVerdicts):
      true
    case CallError.otherHistory: true
    case Session.isDown as StoreError: true
    case _: false
    }
  }
}
