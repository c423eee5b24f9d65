import LiaisonModel
import LiaisonSync

extension MemoryTransaction {
  func highestNumber(of series: NumberSeries, in year: Int) throws -> Int {
    let seen = replica.records.values.flatMap(codes).compactMap { $0.number(of: series, in: year) }
    return max(replica.given[.init(series: series, year: year)] ?? 0, seen.max() ?? 0)
  }

  func give(_ number: Int, of series: NumberSeries, in year: Int) throws {
    replica.given[.init(series: series, year: year), default: 0].formMax(number)
  }

  func setNumber(_ number: Int) throws {
    replica.identity.series = NumberSeries(replica.identity.office, replica: number)
    replica.identity.isEnrolled = true
  }
}
