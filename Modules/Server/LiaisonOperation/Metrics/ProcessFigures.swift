internal import Foundation
internal import Glibc

/// What the system tells of this process, under the names that all of Prometheus' clients give it.
struct ProcessFigures {
  let started: Double
  let residentBytes: Double
  let openFiles: Double
  let mostFiles: Double
  let processorSeconds: Double

  /// - Returns: nil if the system does not tell.
  static func now() -> ProcessFigures? {
    // The name of the program, in brackets, may hold anything: what counts comes behind it (proc(5)).
    guard let stat = text("/proc/self/stat"), let end = stat.lastIndex(of: ")"),
      let boot = text("/proc/stat")?.split(separator: "\n").first(where: { $0.hasPrefix("btime ") }
      ),
      let booted = Double(boot.dropFirst("btime ".count)),
      let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    else { return nil }
    let fields = stat[stat.index(after: end)...].split(separator: " ").map { Double($0) }
    guard fields.count > 21, let user = fields[11], let system = fields[12],
      let start = fields[19], let pages = fields[21]
    else { return nil }
    let (ticks, page) = (Double(sysconf(Int32(_SC_CLK_TCK))), Double(sysconf(Int32(_SC_PAGESIZE))))
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
    return ProcessFigures(
      started: booted + start / ticks, residentBytes: pages * page, openFiles: Double(files),
      mostFiles: Double(limit.rlim_cur), processorSeconds: (user + system) / ticks)
  }

  private static func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }

  var families: [MetricFamily] {
    [
      .single("process_start_time_seconds", "When the process started.", started),
      .single("process_resident_memory_bytes", "Memory that the process has.", residentBytes),
      .single("process_open_fds", "Files and connections that the process has open.", openFiles),
      .single("process_max_fds", "How many it may have open.", mostFiles),
      MetricFamily(
        "process_cpu_seconds_total", .counter, help: "Time that the process has computed.",
        [MetricSample(processorSeconds)]),
    ]
  }
}
