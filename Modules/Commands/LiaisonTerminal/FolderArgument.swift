/// The path of a folder, as a person writes it.
public enum FolderArgument {
  /// - Throws: ``Failure`` for none, as an unset variable of a shell leaves it.
  public static func parse(_ text: String) throws(Failure) -> String {
    guard !text.isEmpty else {
      throw Failure("the folder has no name", advice: "another folder", status: .usage)
    }
    return text
  }
}
