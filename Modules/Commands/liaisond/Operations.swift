import ArgumentParser
import LiaisonOperation
import LiaisonServer
import LiaisonSync
import LiaisonTerminal
import Logging

/// Where those who run a server ask it how it is.
enum OperationsArgument {
  /// - Parameter isAnywhere: whether it may be reached from other machines.
  static func parse(_ text: String?, isAnywhere: Bool) throws -> LiaisonSync.Endpoint? {
    guard let text else {
      guard !isAnywhere else {
        throw Failure(
          "--insecure-operations says how --operations may listen, which is not there",
          advice: "--operations 0.0.0.0:7402 as well", status: .usage)
      }
      return nil
    }
    guard let address = Endpoint(text) else {
      throw Failure(
        "'\(text)' is not an address of the form HOST:PORT", advice: "--operations 127.0.0.1:7402",
        status: .usage)
    }
    guard address.isLoopback || isAnywhere else {
      throw Failure(
        "'\(address.host)' is not a loopback address, and whoever asks there is answered",
        advice: "--operations 127.0.0.1:7402, or --insecure-operations behind a firewall",
        status: .usage)
    }
    return address
  }
}

extension OperationServer {
  /// One that tells the log, and whoever waits for it, where it listens.
  /// - Parameter opened: is called when it listens.
  init(
    announcedAt address: LiaisonSync.Endpoint, of watch: ServerWatch, log: Logger,
    opened: @escaping @Sendable () -> Void
  ) {
    self.init(at: address, of: watch, log: log) { bound in
      log.notice("operations", metadata: ["address": "\(bound)"])
      Output.ready("operations on \(bound)")
      opened()
    }
  }
}

extension ServerWatch {
  convenience init(
    of log: any RegisterStore, at place: RegisterPlace, _ identity: ServerIdentity?,
    _ service: SyncService,
    counted: ServerMetrics
  ) {
    self.init(
      Sources(
        store: log, room: { place.room },
        certificates: {
          identity?.ends ?? CertificateEnds(served: nil, server: nil, authority: nil)
        },
        followers: { service.followers }, now: System.now),
      counted: counted, version: Liaisond.configuration.version)
  }
}
