internal import LiaisonModel

/// One field that has changed. Of an edit of this office: against what it was changed from, wherever the
/// register is by now.
public struct DiffItem: Hashable, Sendable, Encodable {
  public let code: String
  public let field: String
  public let register: ValueView?
  public let here: ValueView?

  static func all(of record: Record, _ codes: Codes) -> [DiffItem] {
    all(record.base?.state, record.visible.state, record.kind, codes)
  }

  /// - Parameters:
  ///   - before: nil for a record that is new.
  ///   - after: what it has become.
  static func all(
    _ before: RecordState?, _ after: RecordState, _ kind: Kind, _ codes: Codes
  ) -> [DiffItem] {
    let code = after.code.text
    func item(_ field: String, _ before: ValueView?, _ after: ValueView?) -> DiffItem {
      DiffItem(code: code, field: field, register: before, here: after)
    }
    var items: [DiffItem] = []
    if let before, before.code != after.code {
      items.append(item("code", .text(before.code.text), .text(after.code.text)))
    }
    if after.isDeleted {
      if let before, before.isDeleted { return items }
      return items + [item("the whole record", .text("kept"), .text("deleted"))]
    }
    if let before, before.isDeleted {
      items.append(item("the whole record", .text("deleted"), .text("kept")))
    }
    return items
      + kind.fields.compactMap { field in
        let values = (before?.fields[field.number], after.fields[field.number])
        guard values.0 != values.1 else { return nil }
        return item(
          field.name, values.0.map { ValueView($0, codes) }, values.1.map { ValueView($0, codes) })
      }
  }
}
