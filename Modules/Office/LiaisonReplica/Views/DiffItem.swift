internal import LiaisonModel

/// One field that this office changed: against what it was changed from, wherever the register is
/// by now.
public struct DiffItem: Hashable, Sendable, Encodable {
  public let code: String
  public let field: String
  public let register: ValueView?
  public let here: ValueView?

  static func all(of record: Record, _ codes: Codes) -> [DiffItem] {
    func item(_ field: String, _ before: ValueView?, _ after: ValueView?) -> DiffItem {
      DiffItem(code: record.code.text, field: field, register: before, here: after)
    }
    let (before, after) = (record.base?.state, record.visible.state)
    var items: [DiffItem] = []
    if let before, before.code != after.code {
      items.append(item("code", .text(before.code.text), .text(after.code.text)))
    }
    if after.isDeleted {
      return items + [item("the whole record", .text("kept"), .text("deleted"))]
    }
    return items
      + record.kind.fields.compactMap { field in
        let values = (before?.fields[field.number], after.fields[field.number])
        guard values.0 != values.1 else { return nil }
        return item(
          field.name, values.0.map { ValueView($0, codes) }, values.1.map { ValueView($0, codes) })
      }
  }
}
