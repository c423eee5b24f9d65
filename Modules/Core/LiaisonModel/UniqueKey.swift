/// What a record holds in fields that are unique together: no two live records have the same one.
public struct UniqueKey: Hashable, Sendable {
  public let bytes: [UInt8]

  public init(bytes: [UInt8]) { self.bytes = bytes }

  /// - Returns: nil if one of the fields holds nothing: then it is like no other's.
  public init?(_ rule: [FieldNumber], of kind: KindNumber, in state: RecordState) {
    let fields = state.fields
    var text = "\(kind.number)"
    for number in rule {
      guard let value = fields[number] else { return nil }
      text += "\0\(number.number)=\(UniqueKey.text(value))"
    }
    bytes = Array(text.utf8)
  }

  /// Members are told apart by what no text of theirs may hold.
  private static func text(_ value: FieldValue) -> String {
    switch value.input(code: \.description) {
    case .one(let text): text
    case .many(let texts): texts.map { "\u{1}\($0)" }.joined()
    }
  }
}

extension Kind {
  /// The names of the fields of a rule, as a person reads them: "organization, body and role".
  public func names(of rule: [FieldNumber]) -> String {
    let names = rule.map { field($0)?.name ?? "field \($0.number)" }
    return names.count < 2
      ? names.joined() : names.dropLast().joined(separator: ", ") + " and \(names[names.count - 1])"
  }
}
