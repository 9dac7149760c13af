import Testing

@testable import LoopHTTP

@Suite struct InboxTests {
  private static let work = LoopWork.closure {}

  @Test func aLoopIsWokenOnceForAllThatItHasNotTaken() {
    let inbox = Inbox()
    var wakes = 0
    for round in 1...2 {
      for _ in 0..<3 { #expect(inbox.append(Self.work) { wakes += 1 }) }
      #expect(wakes == round)
      #expect(inbox.take().count == 3)
    }
  }

  @Test func nothingIsLostOnTheWayToTheEndAndNothingTakenAfterIt() {
    let inbox = Inbox()
    #expect(inbox.append(Self.work) {})
    #expect(!inbox.end(), "there is work")
    #expect(!inbox.hasEnded)
    #expect(inbox.take().count == 1)
    #expect(inbox.end())
    #expect(inbox.hasEnded)
    #expect(!inbox.append(Self.work) { Issue.record("nobody waits any more") })
    #expect(inbox.take().isEmpty)
  }

  @Test func whoeverHasEnteredKeepsItOpenUntilLeaving() {
    let inbox = Inbox()
    let entered = [inbox.enter(), inbox.enter()]
    #expect(entered == [true, true])
    var wakes = 0
    inbox.leave { wakes += 1 }
    #expect(!inbox.end() && wakes == 0, "one is still there")
    inbox.leave { wakes += 1 }
    #expect(inbox.end() && wakes == 1)
    #expect(!inbox.enter())
    #expect(inbox.visitors == 0)
  }
}
