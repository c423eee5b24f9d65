import ArgumentParser
import Foundation
import LiaisonModel
import LiaisonReplica
import LiaisonTerminal

/// Which changes of the register are shown.
struct LogFilter: ParsableArguments {
  @Option(help: "Not before: today, yesterday, or a date like 2026-11-26.") var since: String?
  @Option(help: "Before: today, yesterday, or a date.") var until: String?
  @Option(help: "Only what this office wrote.") var office: String?
  @Option(help: "Only what an author wrote whose name has this in it.") var author: String?
  @Option(help: "Only records of this kind.") var kind: String?
  @Option(name: .customShort("n"), help: "How many; 50, if none is named.") var count: Int?

  var isEmpty: Bool {
    since == nil && until == nil && office == nil && author == nil && kind == nil && count == nil
  }

  var query: LogQuery {
    get throws {
      guard count ?? 1 > 0 else {
        throw Failure("-n takes a number of changes", advice: "-n 50", status: .usage)
      }
      var query = LogQuery(limit: count ?? 50)
      query.since = try since.map { try LogFilter.moment($0) }
      query.until = try until.map { try LogFilter.moment($0) }
      query.office = try office.map { text in
        guard let office = OfficeID(text.uppercased()) else {
          throw Failure("'\(text)' is not an office's id", advice: "--office VIE", status: .usage)
        }
        return office
      }
      query.author = author
      query.kind = kind
      return query
    }
  }

  /// The beginning of a day where this computer is.
  static func moment(
    _ text: String, now: Date = Date(), in calendar: Calendar = .current
  ) throws -> Timestamp {
    let day: Date? =
      switch text.lowercased() {
      case "today": now
      case "yesterday": calendar.date(byAdding: .day, value: -1, to: now)
      default: date(text, calendar)
      }
    guard let day else {
      throw Failure(
        "'\(text)' is no day", advice: "today, yesterday, or a date like 2026-11-26",
        status: .usage)
    }
    let start = calendar.startOfDay(for: day)
    return Timestamp(milliseconds: Int64(start.timeIntervalSince1970 * 1000))
  }

  private static func date(_ text: String, _ calendar: Calendar) -> Date? {
    guard let date = PartialDate(text), text.count == "2026-11-26".count else { return nil }
    let parts = date.description.split(separator: "-").compactMap { Int($0) }
    guard parts.count == 3 else { return nil }
    return calendar.date(
      from: DateComponents(year: parts[0], month: parts[1], day: parts[2], hour: 12))
  }
}
