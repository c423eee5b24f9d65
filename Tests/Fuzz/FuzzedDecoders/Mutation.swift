/// Changes bytes as a bad line, or a bad peer, might.
public struct Mutation<Source: RandomNumberGenerator> {
  private var random: Source

  public init(_ random: Source) { self.random = random }

  /// One to four changes of one of some inputs.
  /// - Parameter inputs: at least one.
  public mutating func mutant(of inputs: [[UInt8]]) -> [UInt8] {
    var bytes = inputs[Int.random(in: 0..<inputs.count, using: &random)]
    for _ in 0...Int.random(in: 0...3, using: &random) { change(&bytes, inputs) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8], _ inputs: [[UInt8]]) {
    let place = Int.random(in: 0...bytes.count, using: &random)
    let byte = UInt8.random(in: .min ... .max, using: &random)
    switch Int.random(in: 0..<7, using: &random) {
    case 0 where place < bytes.count: bytes[place] ^= 1 << (byte & 7)
    case 1 where place < bytes.count: bytes[place] = byte
    case 2: bytes.insert(byte, at: place)
    case 3: bytes.removeSubrange(place..<min(bytes.count, place + Int(byte & 15)))
    case 4: bytes.removeSubrange(place...)
    case 5:
      let other = inputs[Int.random(in: 0..<inputs.count, using: &random)]
      bytes.insert(contentsOf: other.prefix(Int(byte)), at: place)
    case _:
      let end = min(bytes.count, place + Int(byte & 31))
      bytes.insert(contentsOf: Array(bytes[place..<end]), at: end)
    }
  }
}
