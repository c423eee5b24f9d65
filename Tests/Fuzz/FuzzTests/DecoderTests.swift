import Foundation
import FuzzedDecoders
import TestSupport
import Testing

/// Bytes of nobody's are read as what they are, or refused: never a trap, never something else.
struct DecoderTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Corpus")

  /// Each input that is kept: its first byte names the decoder.
  private static func corpus() throws -> [(name: String, bytes: [UInt8])] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
      (name, Array(try Data(contentsOf: folder.appending(path: name))))
    }
  }

  @Test func everyInputThatIsKeptIsReadOrRefused() throws {
    let corpus = try Self.corpus()
    for (name, bytes) in corpus {
      let isRead = try FuzzedDecoder(input: bytes).read(Array(bytes.dropFirst()))
      // What once crashed a decoder is kept beside what it reads.
      if !name.hasPrefix("crash") { #expect(isRead, "\(name)") }
    }
    let decoders = Set(corpus.map { FuzzedDecoder(input: $0.bytes) })
    #expect(decoders == Set(FuzzedDecoder.allCases), "each has an input that it reads")
  }

  /// 200,000 of them, in parts that run beside each other.
  @Test(arguments: 0..<20)
  func mutantsAreReadOrRefused(part: UInt64) throws {
    let inputs = try Self.corpus().map(\.bytes)
    var mutation = Mutation(Seeded(part + 1))
    var read = 0
    for number in 0..<10_000 {
      let mutant = mutation.mutant(of: inputs)
      do {
        if try FuzzedDecoder(input: mutant).read(Array(mutant.dropFirst())) { read += 1 }
      } catch {
        Issue.record("part \(part), mutant \(number): \(error): \(mutant)")
        return
      }
    }
    #expect(read > 100, "some are still what they were")
  }
}
