import LiaisonSync
import Testing

struct PlacesTests {
  @Test func aPlaceIsFreeAgainWithItsLastReference() {
    let places = Places<String>(most: 2)
    var taken = [places.take("a"), places.take("a")]
    #expect(places.take("a") == nil && places.take("b") != nil)
    taken.removeLast()
    taken.append(places.take("a"))
    #expect(taken.last.flatMap { $0 } != nil && places.take("a") == nil)
    taken = []
    #expect(places.take("a") != nil)
  }
}
