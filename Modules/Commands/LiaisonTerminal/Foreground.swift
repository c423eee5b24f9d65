internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#endif

/// Another program that takes over the terminal until it ends, as an editor does.
public enum Foreground {
  /// Runs a command of the shell with one argument added to it.
  ///
  /// The program stays in this process's group: in one of its own it would be stopped when it
  /// reads from the terminal. Keys that interrupt are the program's meanwhile, not ours.
  /// - Returns: its exit code; 128 and the signal's number if a signal ended it.
  /// - Throws: ``Failure`` if the shell cannot be started.
  public static func run(_ command: String, _ argument: String) throws -> Int32 {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var interrupts = sigset_t()
    sigemptyset(&interrupts)
    sigaddset(&interrupts, SIGINT)
    sigaddset(&interrupts, SIGQUIT)
    posix_spawnattr_setsigdefault(&attributes, &interrupts)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    let before = (signal(SIGINT, SIG_IGN), signal(SIGQUIT, SIG_IGN))
    defer {
      signal(SIGINT, before.0)
      signal(SIGQUIT, before.1)
    }

    let words = ["/bin/sh", "-c", "\(command) \"$1\"", "sh", argument]
    var arguments = words.map { strdup($0) } + [nil]
    defer { arguments.forEach { free($0) } }
    var child = pid_t()
    let error = posix_spawn(&child, words[0], nil, &attributes, &arguments, environ)
    guard error == 0 else {
      throw Failure("\(words[0]) cannot be started", advice: "again when there is memory")
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }
}
