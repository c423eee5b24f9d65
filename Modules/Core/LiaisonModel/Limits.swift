/// The register's contract: every number that bounds what a record or a schema may hold.
///
/// A limit is checked where data enters: at the command line, at import, and in the server again.
public enum Limits {
  // Texts and members (DOMAIN).
  /// Bytes of a code.
  public static let codeBytes = 32
  /// UTF-8 bytes of a text of one line, of a member of a set or list, of an author or a note.
  public static let textBytes = 1000
  /// UTF-8 bytes of a prose.
  public static let proseBytes = 64 * 1024
  /// Members of a set or list.
  public static let members = 1000
  /// Bytes of an encoded revision.
  public static let revisionBytes = 256 * 1024
  /// Fields of a kind, and so of a record.
  public static let fields = 256
  /// Kinds of a schema.
  public static let kinds = 256
  /// Bytes of an encoded schema.
  public static let schemaBytes = 1024 * 1024

  // Merging.
  /// Lines or elements between common ends that a diff compares; more count as replaced whole.
  public static let diffElements = 1000
}
