import Configuration

/// An option of `liaisond serve`: a flag, a variable and a key of the file, under one name.
struct ServeOption: Sendable {
  /// What it takes, and where the flags have it.
  enum Kind: Sendable {
    case text(@Sendable (ServeFlags) -> String?)
    case texts(@Sendable (ServeFlags) -> [String])
    case flag(@Sendable (ServeFlags) -> Bool)
  }

  /// As the file has it: `logFormat`, for `--log-format` and `LIAISON_LOG_FORMAT`.
  let key: String
  let kind: Kind
  /// What holds if nobody says anything; nil for nothing.
  var standard: ConfigContent?
  /// Whether its value is not shown.
  var isSecret = false

  /// All of them. An option is added with a row here and its flag in ``ServeFlags``.
  static let all: [ServeOption] = [
    ServeOption(key: "directory", kind: .text(\.directory)),
    ServeOption(key: "store", kind: .text(\.store), isSecret: true),
    ServeOption(
      key: "listen", kind: .texts(\.listen), standard: .stringArray(ListenArgument.everywhere)),
    ServeOption(key: "host", kind: .texts(\.host), standard: .stringArray([])),
    ServeOption(key: "certificate", kind: .text(\.certificate)),
    ServeOption(key: "key", kind: .text(\.key)),
    ServeOption(key: "operations", kind: .text(\.operations)),
    ServeOption(
      key: "insecureOperations", kind: .flag(\.insecureOperations), standard: .bool(false)),
    ServeOption(key: "logFormat", kind: .text(\.logFormat), standard: .string("text")),
    ServeOption(key: "logLevel", kind: .text(\.logLevel), standard: .string("notice")),
    ServeOption(key: "insecureLoopback", kind: .flag(\.insecureLoopback), standard: .bool(false)),
  ]

  /// Its variable.
  var variable: String {
    key.reduce("LIAISON_") { $0 + ($1.isUppercase ? "_" : "") + $1.uppercased() }
  }

  var type: ConfigType {
    switch kind {
    case .text: .string
    case .texts: .stringArray
    case .flag: .bool
    }
  }

  /// What the flags say; nil for nothing.
  func given(in flags: ServeFlags) -> ConfigContent? {
    switch kind {
    case .text(let text): text(flags).map { .string($0) }
    case .texts(let texts): texts(flags).isEmpty ? nil : .stringArray(texts(flags))
    case .flag(let flag): flag(flags) ? .bool(true) : nil
    }
  }
}
