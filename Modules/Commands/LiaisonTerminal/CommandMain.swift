public import ArgumentParser
internal import Foundation
internal import LiaisonSync

#if canImport(Glibc)
  internal import Glibc
#endif

/// Runs a command and ends the process with its exit code.
public enum CommandMain {
  /// - Parameters:
  ///   - store: what the command works on.
  ///   - explain: turns the errors that only this command knows into a ``Failure``.
  public static func run(
    _ root: (some AsyncParsableCommand).Type, on store: Place.Store,
    explain: @Sendable (any Error) -> Failure?
  ) async -> Never {
    setlocale(LC_CTYPE, "C.UTF-8")
    signal(SIGPIPE, SIG_DFL)
    let name = root.configuration.commandName ?? "command"
    do {
      let arguments = try argumentsAfterFolder()
      if let script = CompletionScript.text(of: root, arguments) {
        print(script)
        end(name, .fine)
      }
      var command = try await Usage(root, name, arguments).command()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      end(name, .fine)
    } catch let status as StatusExit {
      end(name, status.status)
    } catch {
      if let failure = Failure(known: error, at: Place(of: store)) ?? explain(error) {
        end(name, failure)
      }
      if root.exitCode(for: error) == .success {
        print(root.fullMessage(for: error))
        end(name, .fine)
      }
      end(name, Failure("\(error)", advice: "\(name) --help"))
    }
  }

  /// `-C DIR` before the command: as if it was started in that folder, as git has it.
  private static func argumentsAfterFolder() throws -> [String] {
    var arguments: [String] = []
    for place in 1..<max(1, Int(CommandLine.argc)) {
      guard let bytes = CommandLine.unsafeArgv[place] else { break }
      guard let text = String(validatingCString: bytes) else {
        throw Failure(
          "argument \(place) is not valid UTF-8", advice: "the same text in UTF-8", status: .usage)
      }
      arguments.append(text)
    }
    while arguments.first == "-C" {
      guard arguments.count > 1 else {
        throw Failure("-C names no folder", advice: "-C DIR", status: .usage)
      }
      let folder = try FolderArgument.parse(arguments[1])
      guard chdir(folder) == 0 else {
        throw Failure(
          "the folder \(folder) cannot be entered: \(String(cString: strerror(errno)))",
          advice: "another folder: -C DIR")
      }
      arguments.removeFirst(2)
    }
    return arguments
  }

  /// Ends the process when all that was printed has been written.
  private static func end(_ name: String, _ status: ExitStatus) -> Never {
    guard Output.isWritten() else {
      end(
        name,
        Failure("the output cannot be written", advice: "the same where there is room for it"))
    }
    exit(status.rawValue)
  }

  private static func end(_ name: String, _ failure: Failure) -> Never {
    Terminal.clearProgress()
    _ = Output.isWritten()
    let (message, advice) = (Terminal.shown(failure.message), Terminal.shown(failure.advice))
    Output.error("\(name): \(message)\nTry: \(advice)\n")
    exit(failure.status.rawValue)
  }
}

/// Ends a command that has said all it has to say with another exit code than 0.
public struct StatusExit: Error {
  public let status: ExitStatus
  public init(_ status: ExitStatus) { self.status = status }
}
