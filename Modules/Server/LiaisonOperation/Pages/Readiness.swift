internal import LiaisonModel
internal import LiaisonSync

/// What must hold for a server to be sent calls: a check by check, as kube-apiserver's.
public struct Readiness: Hashable, Sendable {
  public enum Check: String, Hashable, Sendable, CaseIterable {
    /// The store answers, and the register is still there.
    case store
    /// The register's schema is none of a newer version.
    case schema
    /// It listens on all its addresses.
    case listening
    /// It was not told to stop.
    case notDraining = "not-draining"
    /// Its certificate has not ended.
    case certificate
    /// The store's disk has room.
    case disk
  }

  /// Why a check fails; the others hold.
  public let faults: [Check: String]

  public var isReady: Bool { faults.isEmpty }

  public init(faults: [Check: String]) { self.faults = faults }

  /// - Parameters:
  ///   - certificateEnds: nil for a server without one.
  ///   - room: of the store's disk; nil if the system does not tell.
  init(
    _ phase: ServingPhase, store: Result<OperationFacts, StoreError>, certificateEnds: Timestamp?,
    room: DiskRoom?, now: Timestamp
  ) {
    var faults: [Check: String] = [:]
    switch store {
    case .success(let facts):
      if let place = facts.movedTo { faults[.store] = StoreError.moved(to: place).description }
    case .failure(.newer): faults[.schema] = StoreError.newer.description
    case .failure(let error): faults[.store] = error.description
    }
    switch phase {
    case .starting: faults[.listening] = "it does not listen yet"
    case .listening: break
    case .draining: faults[.notDraining] = "it was told to stop"
    }
    if let certificateEnds, certificateEnds <= now {
      faults[.certificate] = "the server's certificate ended \(certificateEnds)"
    }
    if let room, room.free < OperationLimits.freeBytes {
      faults[.disk] = "\(room.free) bytes are free, of at least \(OperationLimits.freeBytes)"
    }
    self.faults = faults
  }

  /// A line for each check, and one for all.
  var text: String {
    let checks = Check.allCases.map { check in
      faults[check].map { "[-]\(check.rawValue) failed: \($0)\n" } ?? "[+]\(check.rawValue) ok\n"
    }
    return checks.joined() + "readyz check \(isReady ? "passed" : "failed")\n"
  }
}

/// How far a server is.
public enum ServingPhase: Hashable, Sendable {
  case starting
  case listening
  case draining
}

/// The room on a disk, in bytes.
public struct DiskRoom: Hashable, Sendable {
  /// What a process without privileges may still take.
  public let free: Int64
  public let size: Int64

  public init(free: Int64, size: Int64) {
    self.free = free
    self.size = size
  }
}
