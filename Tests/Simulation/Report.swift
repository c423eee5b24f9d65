/// What is printed for people.
enum Report {
  static func text(of result: Campaign.Result, _ time: Duration) -> String {
    let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
    let rate = seconds > 0 ? Double(result.played) / seconds : 0
    let head =
      "\(result.played) histories of \(result.actions) actions in \(rounded(seconds)) s,"
      + " \(rounded(rate)) a second, mark \(String(result.mark, radix: 16))"
    let rows = Tally.Event.allCases.map { event in
      let count = "\(result.tally[event])"
      return String(repeating: " ", count: max(0, 10 - count.count)) + count + "  "
        + event.rawValue
    }
    return ([head] + rows).joined(separator: "\n")
  }

  private static func rounded(_ number: Double) -> String {
    "\((number * 10).rounded() / 10)"
  }

  /// A history that fails: why, what happened, and what to type to see it again.
  static func text(of failed: Played) -> String {
    let again = "Scripts/simulate --seed \(failed.history.seed) repeats the whole history"
    return
      ([again] + failed.violations.map { "  - \($0)" } + ["\(failed.history)"])
      .joined(separator: "\n")
  }

  /// What became of a planted bug: what it is, how many histories it took to find it, and the shortest one
  /// that shows it.
  static func row(_ plant: Plant, _ histories: UInt64, _ shortest: Played) -> String {
    let actions = shortest.history.actions.map { "    \($0)" }
    return
      (["\(plant.rawValue): \(histories) histories, \(actions.count) actions:"] + actions + [
        "    found: \(shortest.violations.first ?? "")"
      ]).joined(separator: "\n")
  }
}
