internal import CLiaisonProto
internal import Foundation
internal import LiaisonModel
internal import LiaisonSync

// What a clone does with most revisions is to file them: that builds no values where none are needed
// to see that they are in order. Whatever is not seen to be is read in full, and so refused where
// reading refuses it, with the same words.

extension RevisionSummary {
  /// - Throws: ``CodingError``, where `Revision(message)` does.
  init(filing message: Pb__Revision) throws {
    guard message.isInOrder, let record = RecordID(message.record.buffer),
      let code = try? message.code.code("a code")
    else {
      self.init(try Revision(message))
      return
    }
    self.init(
      record: record, kind: KindNumber(message.kind), code: code, isDeleted: message.deleted != 0)
  }
}

extension Pb__Revision {
  /// Whether all but its record and its code are seen to be what they must.
  fileprivate var isInOrder: Bool {
    guard let name = try? office.string("an office"), OfficeID(name) != nil else { return false }
    return [0, 32].contains(parent.len) && [0, 32].contains(second_parent.len) && author.isText
      && note.isText && base.n_unknown_fields == 0 && (deleted == 0 || n_fields == 0)
      && areFieldsInOrder
  }

  private var areFieldsInOrder: Bool {
    var last: UInt32 = 0
    for case let field? in UnsafeBufferPointer(start: fields, count: n_fields) {
      guard field.pointee.number > last, field.pointee.isInOrder else { return false }
      last = field.pointee.number
    }
    return true
  }
}

extension Pb__Field {
  fileprivate var isInOrder: Bool { base.n_unknown_fields == 0 && isValueInOrder }

  private var isValueInOrder: Bool {
    switch value_case {
    case PB__FIELD__VALUE_TEXT: text.len > 0 && text.isText
    case PB__FIELD__VALUE_PROSE: prose.len > 0 && prose.isText
    case PB__FIELD__VALUE_CHOICE: choice.len > 0 && choice.isText
    case PB__FIELD__VALUE_DATE: (try? date.string("a date")).flatMap { PartialDate($0) } != nil
    case PB__FIELD__VALUE_MOMENT:
      (try? moment.string("a moment")).flatMap { Moment($0) } != nil
    case PB__FIELD__VALUE_INTEGER, PB__FIELD__VALUE_FLAG: true
    case PB__FIELD__VALUE_REFERENCE: RecordID(reference.buffer) != nil
    case PB__FIELD__VALUE_TEXTS: texts.pointee.isPlainSet
    case PB__FIELD__VALUE_REFERENCES: references.pointee.isSet
    case PB__FIELD__VALUE_LIST: list.pointee.isList
    default: false
    }
  }
}

extension Pb__Texts {
  /// Whether these are texts of ASCII in ascending order: of others two may be equal to Swift although
  /// their bytes differ.
  fileprivate var isPlainSet: Bool {
    let members = elements(members, n_members)
    return base.n_unknown_fields == 0 && !members.isEmpty && members.allSatisfy(\.isASCII)
      && members.isAscending
  }

  fileprivate var isList: Bool {
    base.n_unknown_fields == 0 && n_members > 0
      && elements(members, n_members).allSatisfy(\.isText)
  }
}

extension Pb__References {
  fileprivate var isSet: Bool {
    let members = elements(members, n_members)
    return base.n_unknown_fields == 0 && !members.isEmpty
      && members.allSatisfy { RecordID($0.buffer) != nil } && members.isAscending
  }
}

extension UnsafeBufferPointer<ProtobufCBinaryData> {
  fileprivate var isAscending: Bool {
    indices.dropFirst().allSatisfy { self[$0 - 1].precedes(self[$0]) }
  }
}

extension ProtobufCBinaryData {
  /// Whether the bytes are valid UTF-8.
  fileprivate var isText: Bool {
    guard len > 0 else { return true }
    do {
      _ = try UTF8Span(validating: UnsafeBufferPointer(start: data, count: len).span)
      return true
    } catch {
      return false
    }
  }

  fileprivate var isASCII: Bool { buffer.allSatisfy { $0 < 0x80 } }

  /// The order of bytes.
  fileprivate func precedes(_ other: ProtobufCBinaryData) -> Bool {
    guard len > 0, other.len > 0 else { return len < other.len }
    let order = memcmp(data, other.data, min(len, other.len))
    return order == 0 ? len < other.len : order < 0
  }
}
