internal import CLibPQ

extension PostgresConnection {
  /// What the connection itself says.
  func fault() -> PostgresFault {
    .lost("the database: \(PostgresAddress.line(String(cString: PQerrorMessage(handle))))")
  }

  /// What a statement was refused for: never its detail, which names values.
  func fault(of result: OpaquePointer) -> PostgresFault {
    func field(_ code: Character) -> String? {
      PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
    }
    guard PQstatus(handle) == CONNECTION_OK, let state = field("C") else { return fault() }
    return .refused(state: state, field("M") ?? "it failed")
  }
}

/// The warnings of a connection.
final class Notices {
  var warnings: [String] = []

  static let receive: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?) -> Void = {
    guard let context = $0, let result = $1 else { return }
    // V is the severity in English, M the message.
    guard let severity = PQresultErrorField(result, Int32(UInt8(ascii: "V"))),
      String(cString: severity) == "WARNING",
      let message = PQresultErrorField(result, Int32(UInt8(ascii: "M")))
    else { return }
    Unmanaged<Notices>.fromOpaque(context).takeUnretainedValue()
      .warnings.append(String(cString: message))
  }
}
