/// How often what occurred: cases that never come prove nothing.
struct Tally: Sendable {
  enum Event: String, CaseIterable, Sendable {
    case write = "edits that were saved"
    case declined = "edits that were declined"
    case sync = "syncs that went through"
    case broken = "syncs that broke"
    case watch = "watches"
    case followed = "changes that a watch was told of"
    case program = "programs of the server that took over"
    case otherProtocol = "syncs with a server of other protocols"
    case cut = "cuts"
    case duplicate = "messages that came twice"
    case late = "requests that came late"
    case nested = "actions in the middle of a sync"
    case crash = "crashes of a replica"
    case lostCommits = "crashes that lost commits"
    case serverCrash = "crashes of the server"
    case backup = "backups"
    case restore = "restored replicas"
    case serverRestore = "restored servers"
    case lostEntries = "entries that a restored server had lost"
    case handedBack = "revisions handed back"
    case erased = "sides that are on no disk any more"
    case waiting = "revisions that waited for healing"
    case copy = "copied folders"
    case clone = "new replicas"
    case lost = "folders lost"
    case clock = "clocks that jumped"
    case undo = "steps taken back"
    case discard = "edits discarded"
    case restoreRevision = "revisions restored"
    case rename = "records renamed"
    case delete = "records deleted"
    case merge = "merges in the log"
    case resolution = "resolutions"
    case fieldConflict = "conflicts of a field"
    case codeConflict = "conflicts of a code"
    case wholeConflict = "conflicts of a whole record"
    case togetherConflict = "conflicts of both sides together"
    case codeTaken = "codes taken"
    case refused = "edits refused"
    case schemaChange = "changes of the schema"
    case known = "edits that left because the register had them"
    case standing = "conflicts left standing"
  }

  private(set) var counts: [Event: Int] = [:]

  subscript(event: Event) -> Int { counts[event] ?? 0 }

  mutating func count(_ event: Event, _ number: Int = 1) { counts[event, default: 0] += number }

  mutating func add(_ other: Tally) {
    for (event, number) in other.counts { count(event, number) }
  }
}
