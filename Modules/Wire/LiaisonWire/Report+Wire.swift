internal import CLiaisonProto
internal import LiaisonSync

// What a replica says of itself.

extension ReplicaReport {
  func message(in arena: Arena) throws -> UnsafeMutablePointer<Pb__Report> {
    let message = try arena.make(pb__report__init)
    message.pointee.waiting = UInt32(clamping: waiting)
    message.pointee.age = UInt32(clamping: age)
    message.pointee.conflicts = UInt32(clamping: conflicts)
    message.pointee.client = try arena.copy(client)
    return message
  }

  init(_ message: Pb__Report) throws {
    self.init(
      waiting: Int(message.waiting), age: Int(message.age), conflicts: Int(message.conflicts),
      client: try message.client.string("a client's version"))
  }
}
