import LiaisonModel
import LiaisonReplica
import LiaisonSync
import Testing

/// What two offices cannot both have, and how a person settles it.
struct SettlingTests {
  @Test func twoRecordsWithOneCodeAreAConflictThatANewCodeSettles() async throws {
    let (_, vienna, newYork) = try await Headquarters.withTwoOffices()
    try await vienna.new("area", "code=CYBER", "name=Vienna's")
    try await newYork.new("area", "code=CYBER", "name=New York's")
    try await newYork.sync()
    try await vienna.sync()
    #expect(try await vienna.conflicts().map(\.cause) == ["code taken"])
    try await vienna.resolve("CYBER", take: nil, "code=CYBER-VIE")
    try await vienna.sync()
    try await newYork.sync()
    #expect(try await newYork.value("CYBER-VIE", "name") == "Vienna's")
    #expect(try await newYork.value("CYBER", "name") == "New York's")
  }

  @Test func aCodeThatComesFreeLetsItsEditGoByItself() async throws {
    let (_, vienna, newYork) = try await Headquarters.withTwoOffices()
    try await vienna.new("area", "code=CYBER", "name=Vienna's")
    try await newYork.new("area", "code=CYBER", "name=New York's")
    try await newYork.sync()
    #expect(try await vienna.sync().counts.codeTaken == 1)
    #expect(try await vienna.sync().round.calls == 1, "it is not pushed at every sync")
    try await newYork.edit("CYBER", "code=CYBER-NYC")
    try await newYork.sync()
    #expect(try await vienna.sync().round.committed == 1)
    #expect(try await vienna.pending().isEmpty)
  }

  @Test func whatTheServerRefusesIsSentAgainWhenWhatItDependsOnHasChanged() async throws {
    let (_, vienna, newYork) = try await Headquarters.withTwoOffices {
      try await $0.new("area", "code=ONE", "name=One")
      try await $0.new("area", "code=TWO", "name=Two")
      try await $0.new("area", "code=OTHER", "name=Other")
    }
    // Each edit is fine alone; together they would lead round in a circle.
    try await vienna.edit("ONE", "parent=TWO")
    try await newYork.edit("TWO", "parent=ONE")
    try await newYork.sync()
    #expect(try await vienna.sync().round.refused == 1)
    let waiting = try #require(try await vienna.pending().first)
    #expect(waiting.reason == "field 'parent' leads back to its own record")
    #expect(try await vienna.value("ONE", "parent") == "TWO")

    // Nothing has changed, or nothing that matters: it waits, unless the person asks.
    #expect(try await vienna.sync().round.calls == 1)
    try await newYork.edit("OTHER", "name=Another")
    try await newYork.sync()
    #expect(try await vienna.sync().round.calls == 1)
    #expect(try await vienna.sync(retriesAll: true).round.refused == 1)

    try await newYork.edit("TWO", "parent=")
    try await newYork.sync()
    #expect(try await vienna.sync().round.committed == 1)
    #expect(try await vienna.pending().isEmpty)
  }

  @Test func aRefusedEditIsMendedByAnother() async throws {
    let (_, vienna, newYork) = try await Headquarters.withTwoOffices {
      try await $0.new("area", "code=ONE", "name=One")
      try await $0.new("area", "code=TWO", "name=Two")
    }
    try await vienna.edit("ONE", "parent=TWO")
    try await newYork.edit("TWO", "parent=ONE")
    try await newYork.sync()
    try await vienna.sync()
    try await vienna.edit("ONE", "parent=", "name=First")
    #expect(try await vienna.sync().round.committed == 1)
  }

  @Test func addingToADisputedFieldNeedsASideToAddTo() async throws {
    let (_, vienna, newYork) = try await Headquarters.withTwoOffices {
      try await $0.new("area", "code=CYBER", "name=Cyber", "description=One.")
    }
    try await vienna.edit("CYBER", "description=Vienna.")
    try await newYork.edit("CYBER", "description=New York.")
    try await vienna.sync()
    #expect(try await newYork.sync().conflicts == 1)
    await #expect(throws: ReplicaError.self) {
      try await newYork.resolve("CYBER", take: nil, "description+=More.")
    }
    try await newYork.resolve("CYBER", take: .theirs, "description+=More.")
    try await newYork.sync()
    #expect(try await newYork.value("CYBER", "description") == "Vienna.\nMore.")
  }

  @Test func theDeletedSideOfAConflictTakesNoValues() async throws {
    let (_, vienna, newYork) = try await Headquarters.withTwoOffices {
      try await $0.new("area", "code=CYBER", "name=Cyber", "description=One.")
    }
    _ = try await vienna.replica.delete("CYBER")
    try await newYork.edit("CYBER", "name=Cybercrime")
    try await vienna.sync()
    try await newYork.sync()
    for parts in [[:], ["name": Side.ours]] {
      await #expect(throws: ReplicaError.deletedSide) {
        try await newYork.resolve(
          "CYBER", take: .theirs, parts: parts, parts.isEmpty ? "name=Zombie" : "description=x")
      }
    }
    try await newYork.resolve("CYBER", take: .ours, "name=Cyber crime")
    try await newYork.sync()
    #expect(try await newYork.value("CYBER", "description") == "One.")
  }

  @Test func aDeletionAgainstAnEditWaitsForAPerson() async throws {
    let (_, vienna, newYork) = try await Headquarters.withTwoOffices {
      try await $0.new("area", "code=CYBER", "name=Cyber")
    }
    _ = try await newYork.replica.delete("CYBER")
    try await newYork.sync()
    try await vienna.edit("CYBER", "name=Cybercrime")
    try await vienna.sync()
    let conflict = try #require(try await vienna.conflicts().first)
    #expect(conflict.disagreements.first?.field == "the whole record")
    try await vienna.resolve("CYBER", take: .ours)
    try await vienna.sync()
    try await newYork.sync()
    #expect(try await newYork.value("CYBER", "name") == "Cybercrime")
  }

  @Test func whatOnlyTogetherBreaksARuleIsAConflict() async throws {
    var code = ""
    let (hq, vienna, newYork) = try await Headquarters.withTwoOffices {
      try await $0.new("organization", "code=UNOCT", "name=UNOCT", "type=un-entity")
      try await $0.new("body", "code=COMPACT", "name=Compact", "type=compact")
      code = try await $0.new(
        "participation", "organization=UNOCT", "body=COMPACT", "role=member"
      ).code.text
    }
    try await vienna.edit(code, "since=2019")
    try await newYork.edit(code, "until=2018")
    try await newYork.sync()
    #expect(try await vienna.sync().conflicts == 1)
    let conflict = try #require(try await vienna.conflicts().first)
    #expect(conflict.problem == "field 'until' must not be before 'since'")
    #expect(conflict.disagreements.map(\.field) == ["since", "until"])
    await #expect(throws: ReplicaError.self) { try await vienna.resolve(code, take: nil) }
    await #expect(throws: ReplicaError.self) {
      try await vienna.resolve(code, take: nil, "remark=left as it is")
    }
    try await vienna.resolve(code, take: nil, parts: ["until": .base])
    try await vienna.sync()
    #expect(try await vienna.value(code, "since") == "2019")
    #expect(try await vienna.value(code, "until") == nil)
    #expect(try await vienna.digest() == hq.digest())
  }

  @Test func aMergeThatOutgrowsARecordIsAConflictAndTheRestOfTheOutboxGoesOn() async throws {
    var code = ""
    let (hq, vienna, newYork) = try await Headquarters.withTwoOffices {
      try await $0.new("organization", "code=INTERPOL", "name=INTERPOL", "type=other")
      try await $0.new("area", "code=FTF", "name=Fighters")
      try await $0.new(
        "office", "code=LYO", "name=Lyon", "organization=INTERPOL", "city=Lyon", "country=FR")
      code = try await $0.new(
        "engagement", "title=T", "starts=2026", "lead=LYO", "status=planned",
        "agenda=first\nlast"
      ).code.text
    }
    func items(_ mark: String) -> String {
      (0..<160).map { "\(mark)\($0) " + String(repeating: "x", count: 950) }
        .joined(separator: "\n")
    }
    try await vienna.edit(code, "agenda=\(items("v"))\nfirst\nlast")
    try await newYork.edit(code, "agenda=first\nlast\n\(items("n"))")
    try await newYork.sync()
    try await vienna.edit("FTF", "name=Foreign fighters")
    let report = try await vienna.sync()
    #expect(report.conflicts == 1 && report.round.committed == 1)
    #expect(try await vienna.conflicts().first?.problem?.contains("bytes") == true)
    try await vienna.resolve(code, take: .theirs)
    try await vienna.sync()
    #expect(try await vienna.digest() == hq.digest())
  }
}
