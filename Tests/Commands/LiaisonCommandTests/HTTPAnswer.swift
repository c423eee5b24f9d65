import Foundation
import LiaisonSync
import TestSupport

/// What an HTTP server answers on a connection that it then closes.
struct HTTPAnswer {
  struct Unanswered: Error { let bytes: [UInt8] }

  let status: Int
  let headers: [String: String]
  let body: String

  init(_ method: String, _ target: String, from server: Endpoint) throws {
    let request = "\(method) \(target) HTTP/1.1\r\nHost: \(server)\r\nConnection: close\r\n\r\n"
    try self.init(of: request, from: server)
  }

  init(of request: String, from server: Endpoint) throws {
    let socket = try PlainSocket(to: server)
    defer { socket.close() }
    try socket.send(Array(request.utf8))
    var bytes: [UInt8] = []
    while let byte = socket.read(1) { bytes += byte }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.range(of: "\r\n\r\n") else { throw Unanswered(bytes: bytes) }
    let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ")
    guard words.count > 1, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
      throw Unanswered(bytes: bytes)
    }
    self.status = status
    let fields = lines.dropFirst().compactMap { line -> (String, String)? in
      guard let colon = line.range(of: ": ") else { return nil }
      return (line[..<colon.lowerBound].lowercased(), String(line[colon.upperBound...]))
    }
    headers = Dictionary(fields) { first, _ in first }
    body = String(text[end.upperBound...])
  }

  /// Asks for the metrics until they hold a text.
  static func wait(for text: String, from server: Endpoint) throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while try !HTTPAnswer("GET", "/metrics", from: server).body.contains(text) {
      guard ContinuousClock.now < deadline else {
        throw Workshop.Unready(text: "the metrics do not tell '\(text)'")
      }
      sched_yield()
    }
  }
}

extension Workshop.Server {
  /// Its port for those who run it.
  var endpoint: Endpoint? { operations.flatMap { Endpoint($0) } }
}
