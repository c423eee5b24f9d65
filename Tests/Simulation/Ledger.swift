import LiaisonModel

/// What a person did, by the note that it carries through every merge.
struct Written: Sendable {
  /// How a state came about.
  enum Sort: Hashable, Sendable {
    case edit
    /// A side of a conflict, or an earlier revision: what it holds is no longer what one person added
    /// or took out.
    case whole
    case resolution(Settlement)
  }

  let folder: Int
  let record: RecordID
  let sort: Sort
  /// What the person put in and took out.
  let added: Set<String>
  let removed: Set<String>
  /// The revision that it was written in the place of, before it was sent.
  let over: RevisionID?
}

/// What the simulation knows of its history, besides what the programs keep.
struct Ledger: Sendable {
  private(set) var written: [String: Written] = [:]
  /// What the server said that it has, since it was last restored.
  var answered: [LogPosition: RevisionID] = [:]
  /// The revisions that a person gave up, whoever had them.
  var givenUp: Set<RevisionID> = []
  /// What persons wrote, is no entry, and stood in a folder that was restored or lost: if the server was
  /// restored as well, it may be on no disk any more.
  var erased: Set<RevisionID> = []
  private var notes = 0

  mutating func newNote() -> String {
    notes += 1
    return "e\(notes)"
  }

  /// A word that nobody has written yet.
  mutating func newWord(_ prefix: String) -> String {
    notes += 1
    return "\(prefix)\(notes)"
  }

  mutating func newNumber() -> Int {
    notes += 1
    return notes
  }

  mutating func add(_ edit: Written, _ note: String) { written[note] = edit }
}
