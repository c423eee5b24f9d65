/// What is said of records that are more than were asked for.
struct CutLine {
  let text: String

  /// - Parameters:
  ///   - limit: how many were printed.
  ///   - most: the highest limit that is taken.
  init(limit: Int, most: Int = .max) {
    let advice = limit < most ? "--limit for more of them" : "other words for fewer of them"
    text = "\(limit) of more: \(advice)"
  }
}
