internal import GRPCCore
internal import LiaisonModel

/// Says which office calls. By metadata until offices have certificates; therefore a server
/// listens on loopback only.
protocol Authenticator: Sendable {
  /// - Returns: nil if the call names no office.
  func office(of metadata: Metadata) -> OfficeID?
}

/// Believes the `liaison-office` entry of a call's metadata.
struct ClaimedOffice: Authenticator {
  func office(of metadata: Metadata) -> OfficeID? {
    metadata[stringValues: SyncMethods.officeKey].first { _ in true }.flatMap { OfficeID($0) }
  }
}
