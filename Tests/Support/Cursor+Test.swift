import LiaisonModel
public import LiaisonSync

extension Cursor {
  /// A place of a log that no test chains: logs of different names have no place in common.
  public static func test(_ position: Int64, log: UInt8 = 7) -> Cursor {
    let name = PlainCoding().id(of: [log] + PlainCoding.bigEndian(position))
    return Cursor(position: LogPosition(position), prefix: LogPrefix(name))
  }
}
