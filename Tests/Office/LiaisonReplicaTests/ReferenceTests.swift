import LiaisonModel
import LiaisonReplica
import LiaisonSync
import TestSupport
import Testing

/// How a person names records: by their codes, in either case, or by their ids.
struct ReferenceTests {
  @Test func aCodeThatSeveralRecordsHaveIsNoReference() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let mine = try await vienna.create("AMB").id
    let theirs = RecordID(UUIDv7("018f3e7a-0000-7000-8000-000000000001")!)
    try vienna.server.commit(theirs, "AMB", [Registry.name: .text("Theirs")])
    try await vienna.sync()
    await #expect(throws: ReplicaError.ambiguousCode("AMB", records: [mine, theirs])) {
      try await vienna.edit("ONE", "parent=AMB")
    }
  }

  @Test func codesAreTakenInSmallLetters() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO"])
    try await vienna.edit("one", "parent=two", "related=two")
    #expect(try await vienna.text("ONE", "parent") == "TWO")
    for filter in ["code=one", "parent=two", "related=two"] {
      let found = try await vienna.listed(ListQuery("topic", where: [filter]))
      #expect(found == ["ONE"], "\(filter)")
    }
    try await vienna.edit("ONE", "related-=two")
    #expect(try await vienna.text("ONE", "related") == nil)
  }

  @Test func membersThatAreWrittenAlikeAreTakenOutByTheirIDs() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "OLD"])
    let old = try await vienna.view("OLD").id
    try await vienna.edit("ONE", "related=OLD")
    _ = try await vienna.replica.delete("OLD", isForced: true)
    try await vienna.create("OLD")
    try await vienna.edit("ONE", "related+=OLD")
    let problem = Problem("holds 2 records that are written OLD")
    await #expect(
      throws: ReplicaError.wrongValue(field: "related", problem, example: "CODE,CODE")
    ) { try await vienna.edit("ONE", "related-=OLD") }
    try await vienna.edit("ONE", "related-=\(old)")
    #expect(try await vienna.text("ONE", "related") == "OLD")
  }
}
