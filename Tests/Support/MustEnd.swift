public import Testing

extension Trait where Self == TimeLimitTrait {
  /// For a test that could wait for ever. Beside a thousand others, on a machine that has more to do, one of a
  /// second may take minutes, so that a shorter time would tell of the machine.
  public static var mustEnd: Self { .timeLimit(.minutes(15)) }
}
