/// Pauses that double up to a ceiling, each drawn from its upper half, so that callers who failed
/// together do not come back together (Brooker, "Exponential Backoff And Jitter", 2015).
public enum Backoff {
  /// - Parameters:
  ///   - attempt: 1 for the first pause.
  ///   - random: a random word.
  /// - Returns: milliseconds.
  public static func pause(attempt: Int, random: UInt64) -> Int {
    let ceiling = ceiling(attempt: attempt)
    return ceiling - Int(random % UInt64(ceiling / 2 + 1))
  }

  /// The longest pause of an attempt: 50, 100, 200 … milliseconds.
  public static func ceiling(attempt: Int) -> Int {
    let doublings = min(max(attempt - 1, 0), 20)
    return min(Tuning.backoffMilliseconds << doublings, Tuning.backoffCeilingMilliseconds)
  }
}
