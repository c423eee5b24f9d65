import ArgumentParser
import Foundation
import LiaisonFolder
import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal
import LiaisonWire

struct CloneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clone", abstract: "Makes an office's replica from a server's register.",
    discussion: """
      With an invitation, as 'liaisond office invite' prints it: makes a key, which never leaves this \
      machine, and lets the replica in. The same line again goes on where the last one was cut. On a \
      terminal it asks who writes here: see 'liaison config author'. \
      Stopped later, it keeps what it has: `liaison sync` in the folder goes on.

      Example: liaison clone 'VIE@sync.example.org:7401#…' vienna
      """)

  @Argument(help: "The invitation; quote it.")
  var invitation: String
  @Argument(help: "The replica's folder; it is made, or must be empty.")
  var directory: String
  @Flag(
    help: "No invitation but HOST:PORT of a server on this machine that believes its callers.")
  var insecureLoopback = false
  @Option(help: "This office's id, with --insecure-loopback.")
  var office: String?
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let whom = try whom()
    let data = DataDirectory(try FolderArgument.parse(directory), role: .replica)
    let new = try await made(data, whom)
    if let invitation = whom.invitation { try await enrol(invitation, new, data) }
    let replica = Replica(store: new.store, environment: .system)
    do {
      try await Syncing(
        data: data, replica: replica, server: whom.server, office: whom.office, verb: "cloning",
        json: json
      ).run(under: new.lock)
      if !json, System.givenAuthor == nil, Terminal.isInteractive { try await askAuthor(replica) }
    } catch let status as StatusExit {
      throw status
    } catch {
      // A folder that has received nothing is of no use, unless it has been let in.
      throw explained(error, isGone: whom.invitation == nil ? try new.takeBack() : false)
    }
  }

  /// Asks who writes here, until the answer can stand at what is written.
  private func askAuthor(_ replica: Replica) async throws {
    let user = System.user()
    while true {
      let name = Terminal.ask(
        "Your name, as it stands at what you write [\(Terminal.safe(user))]: ")
      if name.isEmpty { return }
      do {
        return try await replica.setAuthor(name)
      } catch let error as ReplicaError {
        Output.error("\(error)\n")
      }
    }
  }

  private func made(_ data: DataDirectory, _ whom: Whom) async throws -> NewReplica {
    try await Place(of: .replica, folder: directory).naming {
      let hadReplica = data.exists
      do {
        return try NewReplica(
          data, office: whom.office, address: whom.server.description, holder: "liaison clone",
          coding: SchemaCodec())
      } catch StoreError.exists(_) where hadReplica {
        throw Failure(
          "there is a replica in \(directory) already",
          advice: "liaison -C \(directory) sync, which goes on with it; or another folder")
      }
    }
  }

  private struct Whom {
    let server: LiaisonSync.Endpoint
    let office: OfficeID
    let invitation: Invitation?
  }

  /// Whom to call, and as whom.
  private func whom() throws -> Whom {
    if insecureLoopback {
      guard let office else {
        throw Failure("the office is missing", advice: "--office VIE", status: .usage)
      }
      guard let id = OfficeID(office) else {
        throw Failure("'\(office)' is not an office's id", advice: "--office VIE", status: .usage)
      }
      return Whom(server: try Endpoint(argument: invitation), office: id, invitation: nil)
    }
    let read = try Invitation.parse(invitation)
    return Whom(server: read.server, office: read.office, invitation: read)
  }

  /// Lets the replica in. What is left behind if that fails: the folder with its key, if the server may have
  /// heard of that.
  private func enrol(
    _ invitation: Invitation, _ new: NewReplica, _ data: DataDirectory
  ) async throws {
    let enrolling = try Enrolling(invitation, data)
    let place = Place(
      of: .replica, folder: directory, address: invitation.server.description,
      office: invitation.office.text)
    do {
      let number = try await enrolling.run()
      try await new.store.write(.durable) { try $0.setNumber(number) }
    } catch {
      let isOpen = enrolling.mayGoOn(after: error)
      if !isOpen { _ = try new.takeBack() }
      guard let failure = Failure(known: error, at: place) else { throw error }
      let advice =
        switch (isOpen, error.isPassing, failure.status) {
        case (true, true, _): "the same line again, into the same folder"
        case (false, _, .unreachable): "again later, or another address; nothing was made"
        case _: failure.advice
        }
      throw Failure(failure.message, advice: advice, status: failure.status)
    }
  }

  /// Why it failed, and what is left of it.
  private func explained(_ error: any Error, isGone: Bool) -> any Error {
    guard let failure = Failure(known: error) else { return error }
    guard isGone else {
      return Failure(
        failure.message, advice: "liaison -C \(directory) sync, which goes on where this stopped",
        status: failure.status)
    }
    guard failure.status == .unreachable else { return error }
    return Failure(
      failure.message, advice: "again later, or another address; nothing was made",
      status: failure.status)
  }
}

extension Invitation {
  /// The invitation that a person has pasted or typed.
  static func parse(_ text: String) throws -> Invitation {
    guard let read = Invitation(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw Failure(
        "this is no invitation, or a letter of it is wrong",
        advice: "the whole line, in quotes, as liaisond office invite prints it", status: .usage)
    }
    return read
  }
}

extension Error {
  /// Whether the same again may go well.
  fileprivate var isPassing: Bool { (self as? CallError)?.isPassing ?? true }
}
