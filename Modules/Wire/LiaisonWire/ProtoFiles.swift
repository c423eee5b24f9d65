internal import CLiaisonProto
internal import LiaisonSync

/// Compiled proto files, found by what stands in them.
public struct ProtoFiles: Sendable {
  private struct File: Sendable {
    /// A google.protobuf.FileDescriptorProto.
    let bytes: [UInt8]
    let imports: [String]
  }

  /// Full names, in the order of the files.
  public private(set) var services: [String] = []
  private var files: [String: File] = [:]
  /// The name of the file that each symbol stands in.
  private var places: [String: String] = [:]
  /// Full names of messages.
  private var types: Set<String> = []

  /// Those of the services that a server has.
  public static let served = Result {
    try ProtoFiles(
      UnsafeRawBufferPointer(start: liaison_descriptors(), count: liaison_descriptors_size()))
  }

  /// - Parameter set: a google.protobuf.FileDescriptorSet.
  /// - Throws: ``CodingError``.
  init(_ set: UnsafeRawBufferPointer) throws {
    let arena = Arena(first: set.count * 4)
    let all = try arena.unpack(set, descriptor__files__unpack).pointee
    for bytes in elements(all.file, all.n_file) {
      try add(arena.unpack(bytes.buffer, descriptor__file__unpack).pointee, bytes.array)
    }
  }

  /// A file, and those that it imports; nil if there is none of this name.
  public func file(named name: String) -> [[UInt8]]? {
    files[name] == nil ? nil : closure(of: name)
  }

  /// The file in which a service, a method, a message or an enum stands, and those that it imports.
  /// - Parameter symbol: its full name.
  public func file(containing symbol: String) -> [[UInt8]]? { places[symbol].map(closure) }

  public func isType(_ name: String) -> Bool { types.contains(name) }

  private func closure(of name: String) -> [[UInt8]] {
    var (names, next) = ([name], 0)
    while next < names.count {
      names += (files[names[next]]?.imports ?? []).filter { !names.contains($0) }
      next += 1
    }
    return names.compactMap { files[$0]?.bytes }
  }

  private mutating func add(_ file: Descriptor__File, _ bytes: [UInt8]) throws {
    let name = try file.name.string("a file's name")
    let package = try file.package.string("a package")
    func place(_ symbol: String) { places[symbol] = name }
    files[name] = File(
      bytes: bytes,
      imports: try elements(file.dependency, file.n_dependency).map { try $0.string("a file") })
    for type in elements(file.message_type, file.n_message_type) {
      try add(type.pointee, in: package, of: name)
    }
    for part in elements(file.enum_type, file.n_enum_type) {
      place(try part.pointee.name.inside(package))
    }
    for service in elements(file.service, file.n_service) {
      let full = try service.pointee.name.inside(package)
      services.append(full)
      place(full)
      for method in elements(service.pointee.method, service.pointee.n_method) {
        place(try method.pointee.name.inside(full))
      }
    }
  }

  private mutating func add(_ type: Descriptor__Type, in scope: String, of file: String) throws {
    let full = try type.name.inside(scope)
    types.insert(full)
    places[full] = file
    for part in elements(type.nested_type, type.n_nested_type) {
      try add(part.pointee, in: full, of: file)
    }
    for part in elements(type.enum_type, type.n_enum_type) {
      places[try part.pointee.name.inside(full)] = file
    }
  }
}

extension ProtobufCBinaryData {
  /// The full name of what has this name in a package, a message or a service.
  fileprivate func inside(_ scope: String) throws -> String {
    "\(scope).\(try string("a name"))"
  }
}
