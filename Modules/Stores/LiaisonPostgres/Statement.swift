/// One statement with its values. Its text is prepared once on each connection.
struct Statement {
  /// A value in binary, with the number of its type; nil for none.
  struct Parameter {
    let type: UInt32
    let bytes: [UInt8]?
  }

  let text: String
  let parameters: [Parameter]

  init(_ text: String, _ parameters: Parameter...) { self.init(text, parameters) }

  init(_ text: String, _ parameters: [Parameter]) {
    self.text = text
    self.parameters = parameters
  }
}

extension Statement.Parameter {
  static func one<Value: PostgresValue>(_ value: Value?) -> Self {
    Self(type: Value.type, bytes: value?.encoded)
  }

  static func all<Value: PostgresValue>(_ values: some Sequence<Value>) -> Self {
    Self(type: Value.arrayType, bytes: PostgresArray(values.map { $0 }).encoded)
  }

  /// As ``all(_:)``, where some may be missing.
  static func some<Value: PostgresValue>(_ values: [Value?]) -> Self {
    Self(type: Value.arrayType, bytes: PostgresArray(values).encoded)
  }
}
