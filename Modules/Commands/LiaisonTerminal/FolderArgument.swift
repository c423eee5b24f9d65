/// The path of a folder, as a person writes it.
public enum FolderArgument {
  /// - Parameter advice: what may have been meant by an address.
  /// - Throws: ``Failure`` for none, as an unset variable of a shell leaves it, and for an address, which nobody
  ///   means for a folder.
  public static func parse(
    _ text: String, advice: String = "another folder"
  ) throws(Failure) -> String {
    guard !text.isEmpty else {
      throw Failure("the folder has no name", advice: "another folder", status: .usage)
    }
    guard !text.contains("://") else {
      throw Failure("the folder is named by an address", advice: advice, status: .usage)
    }
    return text
  }
}
