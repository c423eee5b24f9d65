internal import CLibPQ

extension PostgresConnection {
  /// What the connection itself says.
  func fault() -> PostgresFault {
    .lost("the database: \(PostgresAddress.line(String(cString: PQerrorMessage(handle))))")
  }

  /// Why there is no connection. Only libpq's words tell whether it is because of the certificate.
  func faultOfConnecting() -> PostgresFault {
    let lines = String(cString: PQerrorMessage(handle)).split(whereSeparator: \.isNewline)
      // That one may check nothing.
      .filter { !$0.hasPrefix("Either provide the file") }
    let why = "the database: \(PostgresAddress.line(lines.joined(separator: "\n")))"
    let isUntrusted = lines.contains { line in
      // What the server says itself comes over a line that was good.
      !line.contains("FATAL:")
        && (line.contains("certificate") || line.contains("server does not support SSL"))
    }
    return isUntrusted ? .untrusted(why) : .lost(why)
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
