import ServiceCore
import Testing

struct DieLabelsTests {
  @Test func `Only dice that a service has confirmed have labels`() {
    let labels = DieLabels(["fair"])
    #expect(labels.known("fair") == "fair" && labels.known("mine") == nil)
    #expect(labels.learn("mine") == "mine" && labels.known("mine") == "mine")
  }

  /// A service that confirms whatever it is asked for costs no more series, and no more memory, than this.
  @Test func `After a hundred labels all others are one`() {
    let labels = DieLabels(["fair", "risky", "extreme"])
    let learned = (0..<500).map { labels.learn("d\($0)") }
    #expect(learned == (0..<97).map { "d\($0)" } + [String](repeating: "other", count: 403))
    #expect((0..<500).count { labels.known("d\($0)") != nil } == 97)
    #expect(labels.learn("d96") == "d96" && labels.learn("fair") == "fair")
  }
}
