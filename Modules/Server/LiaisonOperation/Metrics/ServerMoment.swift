internal import LiaisonModel

/// What is looked at when somebody asks, beside the store.
struct ServerMoment {
  let readiness: Readiness
  let room: DiskRoom?
  let ends: ServerWatch.CertificateEnds
  let followers: Int
  let process: ProcessFigures?
  let version: String

  var families: [MetricFamily] {
    [
      MetricFamily(
        "liaison_build_info", .gauge, help: "Always 1; its label is the version.",
        [MetricSample(1, [MetricLabel("version", version)])]),
      .single("liaison_ready", "Whether the server is ready: see /readyz.", readiness.isReady),
      MetricFamily(
        "liaison_readiness_check", .gauge, help: "Whether what must hold for a ready server does.",
        Readiness.Check.allCases.map { check in
          MetricSample(
            readiness.faults[check] == nil ? 1 : 0, [MetricLabel("check", check.rawValue)])
        }),
      .single("liaison_followers", "Callers who follow the log.", Double(followers)),
    ] + (room.map(families) ?? []) + certificates + (process?.families ?? [])
  }

  private func families(of room: DiskRoom) -> [MetricFamily] {
    [
      .single("liaison_store_disk_free_bytes", "Free room on the store's disk.", Double(room.free)),
      .single("liaison_store_disk_size_bytes", "Size of the store's disk.", Double(room.size)),
    ]
  }

  private var certificates: [MetricFamily] {
    let all = [("server", ends.server), ("authority", ends.authority)]
    let known = all.compactMap { name, end in
      end.map { MetricSample($0.seconds, [MetricLabel("certificate", name)]) }
    }
    guard !known.isEmpty else { return [] }
    return [
      MetricFamily(
        "liaison_certificate_expiry_timestamp_seconds", .gauge,
        help: "When the server's certificate and that of the register's authority end.", known)
    ]
  }
}

extension MetricFamily {
  /// A gauge without labels.
  static func single(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
    MetricFamily(name, .gauge, help: help, [MetricSample(value)])
  }

  static func single(_ name: String, _ help: String, _ value: Bool) -> MetricFamily {
    single(name, help, value ? 1 : 0)
  }
}

extension Timestamp {
  /// Since 1970.
  var seconds: Double { Double(milliseconds) / 1000 }
}
