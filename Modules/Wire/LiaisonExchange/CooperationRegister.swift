public import LiaisonModel

/// The default register: who works with whom, in which body, on what, since when.
///
/// Its first users are INTERPOL's offices to the United Nations. Nothing else in Liaison knows
/// what stands here. The numbers of kinds and fields are for ever.
public enum CooperationRegister {
  public static let schema: Schema = {
    do {
      return try Schema(
        version: 1,
        kinds: [
          .organization, .office, .body, .area, .goal, .instrument, .participation, .engagement,
          .action, .contact,
        ])
    } catch {
      preconditionFailure("the default schema is wrong: \(error)")
    }
  }()
}

extension KindNumber {
  fileprivate static let organization = KindNumber(1)
  fileprivate static let office = KindNumber(2)
  fileprivate static let body = KindNumber(3)
  fileprivate static let area = KindNumber(4)
  fileprivate static let goal = KindNumber(5)
  fileprivate static let instrument = KindNumber(6)
  fileprivate static let participation = KindNumber(7)
  fileprivate static let engagement = KindNumber(8)
  fileprivate static let action = KindNumber(9)
  fileprivate static let contact = KindNumber(10)
}

extension Kind {
  fileprivate static let organization = Kind(
    .organization, "organization", label: "Organization", coding: .chosen,
    fields: [
      .required(1, "name", "Name", .text),
      .required(
        2, "type", "Type",
        .choice([
          "un-organ", "un-entity", "specialized-or-related-agency", "intergovernmental",
          "national", "other",
        ])),
      .optional(3, "part_of", "Part of", .reference(.organization), [.acyclic]),
      .optional(4, "seat", "Seat", .text),
      .optional(5, "founded", "Founded", .date),
      .optional(6, "website", "Website", .text, [.web]),
      .optional(7, "mandate", "Mandate", .prose),
    ])

  fileprivate static let office = Kind(
    .office, "office", label: "Office", coding: .chosen,
    fields: [
      .required(1, "name", "Name", .text),
      .required(2, "organization", "Organization", .reference(.organization)),
      .required(3, "city", "City", .text),
      .required(4, "country", "Country", .text, [.country]),
      .optional(5, "liaises_with", "Liaises with", .references(.organization)),
    ])

  fileprivate static let body = Kind(
    .body, "body", label: "Body", coding: .chosen,
    fields: [
      .required(1, "name", "Name", .text),
      .required(
        2, "type", "Type",
        .choice(["compact", "coordination-group", "committee", "working-group", "conference"])),
      .optional(3, "established", "Established", .date),
      .optional(4, "dissolved", "Dissolved", .date),
      .optional(5, "convener", "Convener", .reference(.organization)),
      .optional(6, "founded_by", "Founded by", .reference(.instrument)),
      .optional(7, "areas", "Areas", .references(.area)),
      .optional(8, "un_entities", "UN entities", .number, [.minimum(0)]),
      .optional(9, "non_un_members", "Non-UN members", .number, [.minimum(0)]),
      .optional(10, "working_groups", "Working groups", .number, [.minimum(0)]),
      .optional(11, "mandate", "Mandate", .prose),
    ])

  fileprivate static let area = Kind(
    .area, "area", label: "Area", coding: .chosen,
    fields: [
      .required(1, "name", "Name", .text),
      .optional(2, "parent", "Parent", .reference(.area), [.acyclic]),
      .optional(3, "description", "Description", .prose),
    ])

  fileprivate static let goal = Kind(
    .goal, "goal", label: "Goal", coding: .chosen,
    fields: [
      .required(1, "name", "Name", .text),
      .required(2, "framework", "Framework", .choice(["sdg", "gpg"])),
      .required(3, "number", "Number", .number, [.minimum(1)]),
      .optional(4, "aligned_with", "Aligned with", .references(.goal), [.acyclic]),
      .optional(5, "text", "Text", .prose),
    ])

  fileprivate static let instrument = Kind(
    .instrument, "instrument", label: "Instrument", coding: .chosen,
    fields: [
      .required(1, "name", "Name", .text),
      .required(
        2, "type", "Type", .choice(["convention", "resolution", "compact", "agreement"])),
      .optional(3, "adopted", "Adopted", .date),
      .optional(4, "adopted_by", "Adopted by", .reference(.organization)),
      .optional(5, "symbol", "Symbol", .text),
      .optional(6, "areas", "Areas", .references(.area)),
    ])

  fileprivate static let participation = Kind(
    .participation, "participation", label: "Participation", coding: .numbered,
    fields: [
      .required(1, "organization", "Organization", .reference(.organization)),
      .required(2, "body", "Body", .reference(.body)),
      .required(
        3, "role", "Role",
        .choice(["member", "observer", "chair", "coordinator", "secretariat"])),
      .optional(4, "since", "Since", .date),
      .optional(5, "until", "Until", .date, [.notBefore(FieldNumber(4))]),
      .optional(6, "remark", "Remark", .prose),
    ], unique: [[FieldNumber(1), FieldNumber(2), FieldNumber(3)]])

  fileprivate static let engagement = Kind(
    .engagement, "engagement", label: "Engagement", coding: .numbered,
    fields: [
      .required(1, "title", "Title", .text),
      .required(2, "starts", "Starts", .moment),
      .optional(3, "ends", "Ends", .moment, [.notBefore(FieldNumber(2))]),
      .optional(4, "place", "Place", .text),
      .optional(5, "body", "Body", .reference(.body)),
      .required(6, "lead", "Lead", .reference(.office)),
      .optional(7, "participants", "Participants", .references(.organization)),
      .optional(8, "areas", "Areas", .references(.area)),
      .optional(9, "goals", "Goals", .references(.goal)),
      .required(10, "status", "Status", .choice(["planned", "held", "cancelled"])),
      .optional(11, "agenda", "Agenda", .items),
      FieldDefinition(
        FieldNumber(12), "last_contact", label: "Last contact", type: .date, rule: .latest),
      .optional(13, "summary", "Summary", .prose),
    ])

  fileprivate static let action = Kind(
    .action, "action", label: "Action", coding: .numbered,
    fields: [
      .required(1, "title", "Title", .text),
      .optional(2, "engagement", "Engagement", .reference(.engagement)),
      .required(3, "owner", "Owner", .reference(.office)),
      .optional(4, "due", "Due", .date),
      .required(5, "status", "Status", .choice(["open", "in-progress", "done", "dropped"])),
      .optional(6, "tags", "Tags", .texts),
      .optional(7, "remark", "Remark", .prose),
    ])

  fileprivate static let contact = Kind(
    .contact, "contact", label: "Contact", coding: .numbered,
    fields: [
      .required(1, "name", "Name", .text),
      .required(2, "organization", "Organization", .reference(.organization)),
      .optional(3, "position", "Position", .text),
      .optional(4, "email", "E-mail", .text),
      .optional(5, "phone", "Telephone", .text),
      .optional(6, "languages", "Languages", .texts),
      .optional(7, "remark", "Remark", .prose),
    ])
}

extension FieldDefinition {
  fileprivate static func required(
    _ number: UInt32, _ name: String, _ label: String, _ type: FieldType,
    _ constraints: [Constraint] = []
  ) -> FieldDefinition {
    FieldDefinition(
      FieldNumber(number), name, label: label, type: type, isRequired: true,
      constraints: constraints)
  }

  fileprivate static func optional(
    _ number: UInt32, _ name: String, _ label: String, _ type: FieldType,
    _ constraints: [Constraint] = []
  ) -> FieldDefinition {
    FieldDefinition(FieldNumber(number), name, label: label, type: type, constraints: constraints)
  }
}
