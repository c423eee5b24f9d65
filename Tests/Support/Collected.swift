import Synchronization

/// What a callback was given, in order.
public final class Collected<Element: Sendable>: Sendable {
  private let elements = Mutex<[Element]>([])
  public init() {}
  public func add(_ element: Element) { elements.withLock { $0.append(element) } }
  public var all: [Element] { elements.withLock { $0 } }
}
