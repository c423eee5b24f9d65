internal import GRPCCore

/// The methods of `liaison.sync.v1.Sync`, and the metadata of its calls.
enum SyncMethods {
  static let service = ServiceDescriptor(fullyQualifiedService: "liaison.sync.v1.Sync")
  static let pull = MethodDescriptor(service: service, method: "Pull")
  static let push = MethodDescriptor(service: service, method: "Push")
  static let history = MethodDescriptor(service: service, method: "History")
  static let enrolment = ServiceDescriptor(fullyQualifiedService: "liaison.sync.v1.Enrol")
  static let enrol = MethodDescriptor(service: enrolment, method: "Enrol")
  static let renew = MethodDescriptor(service: enrolment, method: "Renew")
  /// The metadata entry that names the calling office.
  static let officeKey = "liaison-office"
  /// The trailing metadata entry that names an error which shares its gRPC status with others.
  static let errorKey = "liaison-error"
  /// The trailing metadata entry that says after how many milliseconds a call may be made again (gRFC A6).
  static let pushbackKey = "grpc-retry-pushback-ms"
  /// The leading metadata entry that names the call in the server's log.
  static let callKey = "liaison-call"
}
