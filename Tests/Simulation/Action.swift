/// One thing that happens.
///
/// What it is about is counted around: replica 7 of three is replica 1, and so are records, members
/// and backups. So an action means something wherever it stands in a history, and one that has nothing
/// to do does nothing: a history can be shortened by leaving actions out.
indirect enum Action: Hashable, Sendable {
  case write(at: Int, record: Int, Writing)
  case undo(at: Int)
  case discard(at: Int, edit: Int)
  case resolve(at: Int, conflict: Int, Settlement)
  case sync(at: Int, [Trouble])
  /// `sync --watch`, until so many messages have come or gone.
  case watch(at: Int, lasting: Int, [Trouble])
  /// Power fails: so many commits remain of those that need not survive it.
  case crash(at: Int, keeping: Int)
  case backUp(at: Int)
  case restore(at: Int, backup: Int)
  /// `cp -r`: both folders are used from then on.
  case copy(at: Int)
  /// A new replica of an office.
  case clone(office: Int)
  /// The folder is lost for ever.
  case lose(at: Int)
  /// The clock of the machine jumps.
  case clock(at: Int, hours: Int)
  case server(ServerAction)
}

extension Action {
  /// What goes wrong on its line; nil if it has none.
  var troubles: [Trouble]? {
    switch self {
    case .sync(_, let troubles), .watch(_, _, let troubles): troubles
    case .write, .undo, .discard, .resolve, .crash, .backUp, .restore, .copy, .clone, .lose, .clock,
      .server:
      nil
    }
  }

  func with(_ troubles: [Trouble]) -> Action {
    switch self {
    case .sync(let at, _): .sync(at: at, troubles)
    case .watch(let at, let count, _): .watch(at: at, lasting: count, troubles)
    case .write, .undo, .discard, .resolve, .crash, .backUp, .restore, .copy, .clone, .lose, .clock,
      .server:
      self
    }
  }
}

/// What a person writes.
enum Writing: Hashable, Sendable {
  case new(kind: Int, code: Int)
  case set(Register.Field, Int)
  case add(Register.Field, Int)
  case remove(Register.Field, Int)
  case move(Register.Field, from: Int, to: Int)
  case rename(code: Int)
  case delete
  case restore(revision: Int)
}

/// How a person settles a conflict.
enum Settlement: CaseIterable, Hashable, Sendable {
  case ours, theirs, base, byHand
}

enum ServerAction: Hashable, Sendable {
  case crash
  case backUp
  case restore(backup: Int)
  case healing(Bool)
  /// A request that was under way all the time arrives.
  case arrive(Int)
  /// The administrator changes the schema.
  case schema(Int)
  /// The server's program is changed for an older or a newer one.
  case program(Int)
}

/// What goes wrong at a point of a sync. Points are counted: where a call begins, and before and after
/// each message in either direction.
struct Trouble: Hashable, Sendable {
  indirect enum What: Hashable, Sendable {
    case cut
    /// The message comes twice.
    case twice
    /// The line breaks, and the request arrives some time later.
    case late
    case crash(keeping: Int)
    /// Others act before the message goes on.
    case meanwhile([Action])
  }

  let point: Int
  let what: What
}

/// What happens to a register from its beginning: all of it, so that it can be played again.
struct History: Hashable, Sendable {
  /// Of ids and times.
  let seed: UInt64
  let offices: Int
  /// Changes and edits in one message.
  let batch: Int
  /// Whether people leave conflicts standing at the end.
  let keepsConflicts: Bool
  var actions: [Action]
}

// MARK: For people to read

extension Action: CustomStringConvertible {
  var description: String {
    switch self {
    case .write(let replica, let record, let writing):
      "replica \(replica): \(writing.text(record))"
    case .undo(let replica): "replica \(replica): undo"
    case .discard(let replica, let edit): "replica \(replica): discard edit \(edit)"
    case .resolve(let replica, let conflict, let how):
      "replica \(replica): resolve conflict \(conflict), \(how)"
    case .sync(let replica, let troubles):
      "replica \(replica): sync"
        + (troubles.isEmpty ? "" : "; " + troubles.map(\.description).joined(separator: "; "))
    case .watch(let replica, let count, let troubles):
      "replica \(replica): watch for \(count)"
        + (troubles.isEmpty ? "" : "; " + troubles.map(\.description).joined(separator: "; "))
    case .crash(let replica, let keeping): "replica \(replica): crash, keeping \(keeping)"
    case .backUp(let replica): "replica \(replica): back up"
    case .restore(let replica, let backup): "replica \(replica): restore backup \(backup)"
    case .copy(let replica): "replica \(replica): copy the folder"
    case .clone(let office): "office \(office): clone"
    case .lose(let replica): "replica \(replica): lose the folder"
    case .clock(let replica, let hours): "replica \(replica): the clock jumps by \(hours) h"
    case .server(let action): "server: \(action.text)"
    }
  }
}

extension Writing {
  fileprivate func text(_ record: Int) -> String {
    switch self {
    case .new(let kind, let code): "new \(Register.kinds[kind % 2]), code \(code)"
    case .set(let field, let value): "record \(record), set \(field) to value \(value)"
    case .add(let field, let place): "record \(record), add to \(field) at \(place)"
    case .remove(let field, let place): "record \(record), remove number \(place) of \(field)"
    case .move(let field, let from, let to): "record \(record), move in \(field) \(from) to \(to)"
    case .rename(let code): "record \(record), rename to code \(code)"
    case .delete: "record \(record), delete"
    case .restore(let revision): "record \(record), restore revision \(revision)"
    }
  }
}

extension ServerAction {
  fileprivate var text: String {
    switch self {
    case .crash: "crash"
    case .backUp: "back up"
    case .restore(let backup): "restore backup \(backup)"
    case .healing(let isOpen): isOpen ? "open healing" : "close healing"
    case .arrive(let request): "late request \(request) arrives"
    case .program(let number): "program \(number) takes over"
    case .schema(let change): "another schema, change \(change)"
    }
  }
}

extension Trouble: CustomStringConvertible {
  var description: String {
    switch what {
    case .cut: "at point \(point) the line is cut"
    case .twice: "at point \(point) the message comes twice"
    case .late: "at the first request from point \(point) on the line is cut, and it comes later"
    case .crash(let keeping): "at point \(point) a crash, keeping \(keeping)"
    case .meanwhile(let actions):
      "at point \(point) meanwhile [\(actions.map(\.description).joined(separator: ", "))]"
    }
  }
}

extension History: CustomStringConvertible {
  var description: String {
    let head =
      "seed \(seed), \(offices) offices, \(batch) in a message"
      + (keepsConflicts ? ", conflicts are left standing" : "")
    return ([head] + actions.map { "  \($0)" }).joined(separator: "\n")
  }
}
