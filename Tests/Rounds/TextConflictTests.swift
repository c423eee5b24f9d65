import LiaisonModel
import LiaisonReplica
import Testing

/// Proses and lists that both offices changed: what merges stays, whatever is settled.
struct TextConflictTests {
  /// Of the field that both changed, a side is taken only where their lines or elements overlap.
  @Test(arguments: [Side.ours, .theirs, .base])
  func aSideTakenForATextKeepsWhatHadMerged(_ side: Side) async throws {
    let (hq, vienna, newYork) = try await Headquarters.withTwoOffices {
      try await $0.new("area", "code=CYBER", "name=Cyber", "description=1\n2\n3\n4\n5")
      try await $0.new("organization", "code=ORG", "name=O", "type=other")
      try await $0.new(
        "office", "code=VIE", "name=Vienna", "organization=ORG", "city=Vienna", "country=AT")
    }
    let meeting = try await vienna.new(
      "engagement", "title=T", "starts=2026", "lead=VIE", "status=planned", "agenda=1\n2\n3\n4"
    ).code.text
    try await vienna.sync()
    try await newYork.sync()
    try await vienna.edit("CYBER", "description=1 vie\n2\n3\n4\n5 vie")
    try await vienna.edit(meeting, "agenda=1 vie\n2\n3\n4\nvie")
    try await vienna.sync()
    try await newYork.edit("CYBER", "description=1 nyc\n2\n3 nyc\n4\n5")
    try await newYork.edit(meeting, "agenda=1 nyc\n2\n3\n4")
    #expect(try await newYork.sync().conflicts == 2)
    try await newYork.resolve("CYBER", take: side)
    try await newYork.resolve(meeting, take: nil, parts: ["agenda": side])
    try await newYork.sync()
    try await vienna.sync()
    let first = [Side.ours: "1 nyc", .theirs: "1 vie", .base: "1"][side] ?? ""
    for office in [vienna, newYork] {
      #expect(try await office.value("CYBER", "description") == "\(first)\n2\n3 nyc\n4\n5 vie")
      #expect(try await office.value(meeting, "agenda") == "\(first), 2, 3, 4, vie")
      #expect(try await office.digest() == hq.digest())
    }
  }

  @Test func aConflictIsEditedAsOneTextWithItsSidesMarked() async throws {
    let (hq, vienna, newYork) = try await Headquarters.withTwoOffices {
      try await $0.new("area", "code=CYBER", "name=Cyber", "description=1\n2\n3\n4")
    }
    try await vienna.edit("CYBER", "name=Vienna", "description=1 vie\n2\n3\n4 vie")
    try await vienna.sync()
    try await newYork.edit("CYBER", "name=New York", "description=1 nyc\nx\n2\n3\n4")
    #expect(try await newYork.sync().conflicts == 1)
    let draft = try await newYork.replica.draft(resolving: "CYBER")
    let lines = draft.draft.text.split(separator: "\n").dropFirst()
    let name = "<<<<<<< ours New York ||||||| base Cyber ======= Vienna >>>>>>> theirs"
    #expect(
      lines == [
        "code: CYBER", "name: \(name)", "parent:", "description:", "  <<<<<<< ours", "  1 nyc",
        "  x", "  ||||||| base", "  1", "  =======", "  1 vie", "  >>>>>>> theirs", "  2", "  3",
        "  4 vie",
      ])
    // Left as it is, or half of it.
    let half = draft.draft.text.replacing(name, with: "Cybercrime")
    let code = try #require(RecordCode("CYBER"))
    for (text, left) in [(draft.draft.text, ["name", "description"]), (half, ["description"])] {
      #expect(throws: ReplicaError.unresolved(code, left, .sideOrValue)) {
        try draft.choice(from: text)
      }
    }
    let marked = lines.dropFirst(4).prefix(8).joined(separator: "\n")
    let choice = try draft.choice(from: half.replacing(marked, with: "  1 both"))
    _ = try await newYork.replica.resolve(draft, choice)
    await #expect(throws: ReplicaError.changedMeanwhile(code)) {
      try await newYork.replica.resolve(draft, choice)
    }
    try await newYork.sync()
    try await vienna.sync()
    #expect(try await vienna.value("CYBER", "description") == "1 both\n2\n3\n4 vie")
    #expect(try await vienna.value("CYBER", "name") == "Cybercrime")
    #expect(try await vienna.digest() == hq.digest())
  }

  @Test func aConflictAboutAWholeRecordIsNoTextToEdit() async throws {
    let (_, vienna, newYork) = try await Headquarters.withTwoOffices {
      try await $0.new("area", "code=CYBER", "name=Cyber")
    }
    _ = try await vienna.replica.delete("CYBER")
    try await vienna.sync()
    try await newYork.edit("CYBER", "name=Cybercrime")
    try await newYork.sync()
    let code = try #require(RecordCode("CYBER"))
    await #expect(throws: ReplicaError.unresolved(code, ["the whole record"], .side)) {
      try await newYork.replica.draft(resolving: "CYBER")
    }
  }

  @Test func whatBothMovedIsAConflictAndComesOutOnce() async throws {
    let (_, vienna, newYork) = try await Headquarters.withTwoOffices {
      try await $0.new("area", "code=CYBER", "name=Cyber", "description=one\ntwo\nthree\nfour")
    }
    try await vienna.edit("CYBER", "description=two\nthree\nfour\none")
    try await newYork.edit("CYBER", "description=two\none\nthree\nfour")
    try await vienna.sync()
    #expect(try await newYork.sync().conflicts == 1)
    try await newYork.resolve("CYBER", take: .ours)
    try await newYork.sync()
    #expect(try await newYork.value("CYBER", "description") == "two\none\nthree\nfour")
  }
}
