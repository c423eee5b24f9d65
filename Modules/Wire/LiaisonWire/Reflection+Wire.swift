internal import CLiaisonProto
internal import LiaisonSync

// The messages of gRPC's standard server reflection, grpc.reflection.v1 and v1alpha.

/// A question about what a server's proto files say.
public struct ServerReflectionRequest: Hashable, Sendable {
  public enum Message: Hashable, Sendable {
    case fileByFilename(String)
    case fileContainingSymbol(String)
    case fileContainingExtension(of: String, number: Int32)
    case allExtensionNumbers(of: String)
    case listServices(String)
  }

  public let host: String
  /// Nil for what only a newer version asks.
  public let message: Message?

  public init(host: String = "", _ message: Message?) {
    self.host = host
    self.message = message
  }
}

/// The answer to one question.
public struct ServerReflectionResponse: Hashable, Sendable {
  public enum Message: Hashable, Sendable {
    /// Each a google.protobuf.FileDescriptorProto: the file that was asked for, and those that it imports.
    case files([[UInt8]])
    case extensionNumbers([Int32], of: String)
    /// Their full names.
    case services([String])
    /// - Parameter code: one of gRPC's.
    case error(code: Int32, String)
  }

  public let request: ServerReflectionRequest
  public let message: Message

  public init(to request: ServerReflectionRequest, _ message: Message) {
    self.request = request
    self.message = message
  }
}

extension ServerReflectionRequest: WireEncodable, WireDecodable {
  public func packed() throws -> Packed { try Packed { try message(in: $0) } }

  public init(wire bytes: UnsafeRawBufferPointer, memory: Int) throws {
    let arena = Arena(first: bytes.count * 4, cap: memory)
    self = try Self(arena.unpack(bytes, reflection__server_reflection_request__unpack).pointee)
  }

  fileprivate func message(
    in arena: Arena
  ) throws -> UnsafeMutablePointer<Reflection__ServerReflectionRequest> {
    let message = try arena.make(reflection__server_reflection_request__init)
    message.pointee.host = try arena.copy(host)
    switch self.message {
    case .fileByFilename(let name):
      message.pointee.message_request_case =
        REFLECTION__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_BY_FILENAME
      message.pointee.file_by_filename = try arena.copy(name)
    case .fileContainingSymbol(let symbol):
      message.pointee.message_request_case =
        REFLECTION__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_CONTAINING_SYMBOL
      message.pointee.file_containing_symbol = try arena.copy(symbol)
    case .fileContainingExtension(let type, let number):
      message.pointee.message_request_case =
        REFLECTION__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_CONTAINING_EXTENSION
      let part = try arena.make(reflection__extension_request__init)
      part.pointee.containing_type = try arena.copy(type)
      part.pointee.extension_number = number
      message.pointee.file_containing_extension = part
    case .allExtensionNumbers(let type):
      message.pointee.message_request_case =
        REFLECTION__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_ALL_EXTENSION_NUMBERS_OF_TYPE
      message.pointee.all_extension_numbers_of_type = try arena.copy(type)
    case .listServices(let what):
      message.pointee.message_request_case =
        REFLECTION__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_LIST_SERVICES
      message.pointee.list_services = try arena.copy(what)
    case nil: break
    }
    return message
  }

  fileprivate init(_ message: Reflection__ServerReflectionRequest) throws {
    let asked: Message? =
      switch message.message_request_case {
      case REFLECTION__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_BY_FILENAME:
        .fileByFilename(try message.file_by_filename.string("a file's name"))
      case REFLECTION__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_CONTAINING_SYMBOL:
        .fileContainingSymbol(try message.file_containing_symbol.string("a symbol"))
      case REFLECTION__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_CONTAINING_EXTENSION:
        .fileContainingExtension(
          of: try message.file_containing_extension.pointee.containing_type.string("a type"),
          number: message.file_containing_extension.pointee.extension_number)
      case REFLECTION__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_ALL_EXTENSION_NUMBERS_OF_TYPE:
        .allExtensionNumbers(of: try message.all_extension_numbers_of_type.string("a type"))
      case REFLECTION__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_LIST_SERVICES:
        .listServices(try message.list_services.string("a service"))
      default: nil
      }
    self.init(host: try message.host.string("a host"), asked)
  }
}

extension ServerReflectionResponse: WireEncodable, WireDecodable {
  public func packed() throws -> Packed {
    try Packed(first: 4096 + bytesOfFiles) { arena in
      let message = try arena.make(reflection__server_reflection_response__init)
      message.pointee.valid_host = try arena.copy(request.host)
      message.pointee.original_request = try request.message(in: arena)
      try self.message.write(to: &message.pointee, in: arena)
      return message
    }
  }

  private var bytesOfFiles: Int {
    guard case .files(let files) = message else { return 0 }
    return files.reduce(0) { $0 + $1.count + 32 }
  }

  public init(wire bytes: UnsafeRawBufferPointer, memory: Int) throws {
    let arena = Arena(first: bytes.count * 4, cap: memory)
    let message = try arena.unpack(bytes, reflection__server_reflection_response__unpack).pointee
    guard let request = message.original_request?.pointee else {
      throw CodingError.malformed("an answer of reflection names no question")
    }
    self.init(to: try ServerReflectionRequest(request), try Message(message))
  }
}

extension ServerReflectionResponse.Message {
  fileprivate func write(
    to message: inout Reflection__ServerReflectionResponse, in arena: Arena
  ) throws {
    switch self {
    case .files(let files):
      message.message_response_case =
        REFLECTION__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_FILE_DESCRIPTOR_RESPONSE
      let part = try arena.make(reflection__file_descriptor_response__init)
      part.pointee.n_file_descriptor_proto = files.count
      part.pointee.file_descriptor_proto = try arena.array(files) { try arena.copy($0) }
      message.file_descriptor_response = part
    case .extensionNumbers(let numbers, let type):
      message.message_response_case =
        REFLECTION__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_ALL_EXTENSION_NUMBERS_RESPONSE
      let part = try arena.make(reflection__extension_number_response__init)
      part.pointee.base_type_name = try arena.copy(type)
      part.pointee.n_extension_number = numbers.count
      part.pointee.extension_number = try arena.array(numbers) { $0 }
      message.all_extension_numbers_response = part
    case .services(let names):
      message.message_response_case =
        REFLECTION__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_LIST_SERVICES_RESPONSE
      let part = try arena.make(reflection__list_service_response__init)
      part.pointee.n_service = names.count
      part.pointee.service = try arena.array(names) { name in
        let service = try arena.make(reflection__service_response__init)
        service.pointee.name = try arena.copy(name)
        return service
      }
      message.list_services_response = part
    case .error(let code, let text):
      message.message_response_case =
        REFLECTION__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_ERROR_RESPONSE
      let part = try arena.make(reflection__error_response__init)
      part.pointee.error_code = code
      part.pointee.error_message = try arena.copy(text)
      message.error_response = part
    }
  }

  fileprivate init(_ message: Reflection__ServerReflectionResponse) throws {
    switch message.message_response_case {
    case REFLECTION__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_FILE_DESCRIPTOR_RESPONSE:
      let part = message.file_descriptor_response.pointee
      self = .files(
        elements(part.file_descriptor_proto, part.n_file_descriptor_proto).map(\.array))
    case REFLECTION__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_ALL_EXTENSION_NUMBERS_RESPONSE:
      let part = message.all_extension_numbers_response.pointee
      self = .extensionNumbers(
        Array(UnsafeBufferPointer(start: part.extension_number, count: part.n_extension_number)),
        of: try part.base_type_name.string("a type"))
    case REFLECTION__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_LIST_SERVICES_RESPONSE:
      let part = message.list_services_response.pointee
      self = .services(
        try elements(part.service, part.n_service).map {
          try $0.pointee.name.string("a service")
        })
    case REFLECTION__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_ERROR_RESPONSE:
      let part = message.error_response.pointee
      self = .error(code: part.error_code, try part.error_message.string("an error"))
    default: throw CodingError.unknown("an answer of reflection that only a newer version knows")
    }
  }
}
