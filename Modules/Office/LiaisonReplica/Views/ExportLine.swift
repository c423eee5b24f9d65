internal import Foundation
internal import LiaisonModel
internal import LiaisonSync

/// A record as import reads it: as one JSON object.
public struct ExportLine: Hashable, Sendable, Encodable {
  public let kind: String
  public let code: String
  public let fields: [String: ValueView]
  /// Of a full export; nil otherwise.
  public let id: String?
  /// True for a deleted record; nil otherwise.
  let deleted: Bool?
  /// Of a full export, what only a newer schema or version knows: a revision that holds nothing else, encoded,
  /// in base 64 (RFC 4648). Nil if there is none.
  let unknown: String?

  /// - Throws: what `coding` throws.
  init(
    _ record: Record, _ codes: Codes, isFull: Bool, coding: any RevisionCoding
  ) throws {
    kind = record.kind.name
    code = record.code.text
    // What a retired field holds is not shown in the place of what replaces it.
    fields = Dictionary(
      record.kind.fields.compactMap { field in
        record.visible.state.fields[field.number].map { FieldView(field, $0, codes) }
      }.filter(\.isKnown).map { ($0.name, $0.value) }
    ) { first, _ in first }
    id = isFull ? record.id.description : nil
    deleted = record.isDeleted ? true : nil
    unknown = isFull ? try record.unknown(coding) : nil
  }
}

extension Record {
  fileprivate func unknown(_ coding: any RevisionCoding) throws -> String? {
    var state = visible.state
    let strange = state.fields.filter { $0.value.isOpaque || kind.field($0.key) == nil }
    guard !strange.isEmpty || !state.unknown.isEmpty, let office = OfficeID("UNKNOWN") else {
      return nil
    }
    if !state.isDeleted { state.content = .fields(strange) }
    // Who wrote it is no part of an export.
    let origin = Origin(office: office, author: "-", time: Timestamp(milliseconds: 0))
    let part = Revision(
      record: id, kind: kind.number, parent: nil, state: state, origin: origin)
    return Data(try coding.encode(part).bytes).base64EncodedString()
  }
}
