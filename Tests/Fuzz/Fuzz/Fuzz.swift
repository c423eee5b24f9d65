import FuzzedDecoders

/// libFuzzer's own main, with this as what it runs (LLVM, *libFuzzer*, "Using libFuzzer as a library").
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ run: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

@main enum Fuzz {
  static func main() {
    var count = CommandLine.argc
    var arguments = CommandLine.unsafeArgv
    _ = runDriver(&count, &arguments) { start, count in
      let bytes = Array(UnsafeBufferPointer(start: start, count: count))
      do {
        _ = try FuzzedDecoder(input: bytes).read(Array(bytes.dropFirst()))
      } catch {
        fatalError("\(error)")
      }
      return 0
    }
  }
}
