internal import Glibc

extension DiskRoom {
  /// Of the file system that holds a path; nil if the system does not tell.
  public static func of(_ path: String) -> DiskRoom? {
    var found = statvfs()
    guard statvfs(path, &found) == 0 else { return nil }
    return DiskRoom(
      free: Int64(clamping: UInt64(found.f_bavail) * UInt64(found.f_frsize)),
      size: Int64(clamping: UInt64(found.f_blocks) * UInt64(found.f_frsize)))
  }
}
