import Synchronization
import Testing

@testable import LoopHTTP

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite(.timeLimit(.minutes(1))) struct NameResolverTests {
  /// Names that hang until they are released, and others that are found at once.
  private final class Names: Sendable {
    let asked = EventLog()
    private let isReleased = Atomic(false)

    func resolve(_ host: String) -> NameResolver.Result {
      asked.append(host)
      while host.hasPrefix("hangs"), !isReleased.load(ordering: .acquiring) { usleep(1000) }
      return Result { () throws(UVError) in [try SocketAddress(ip: "127.0.0.1", port: 0)] }
    }

    func release() { isReleased.store(true, ordering: .releasing) }
  }

  /// However often it is asked for, and given up.
  @Test func aNameThatHangsKeepsNoOtherFromBeingLookedUp() async throws {
    let names = Names()
    let resolver = NameResolver(resolve: names.resolve)
    let group = try EventLoopGroup(loopCount: 2)
    let first = resolver.lookUp("hangs") { _ in Issue.record("told") }
    await names.asked.wait(for: 1)
    resolver.abandon(first)
    for loop in group.loops {
      for _ in 0..<8 {
        await loop.run { NameLookup("hangs", port: 80, on: loop, by: resolver) { _ in Issue.record("told") }.abandon() }
      }
    }
    for loop in group.loops {
      let found = await Self.result(of: "live", on: loop, by: resolver)
      #expect(try found.get().map(\.description) == ["127.0.0.1:81"])
    }
    #expect(names.asked.events.count { $0 == "hangs" } == 1)
    #expect(await group.shutdown().allSatisfy(\.isBalanced), "a look-up that goes on keeps no loop from ending")
    names.release()
  }

  @Test func whoAsksForANameThatIsBeingLookedUpSharesTheAnswer() async throws {
    let names = Names()
    let resolver = NameResolver(resolve: names.resolve)
    let group = try EventLoopGroup(loopCount: 2)
    let told = EventLog()
    for loop in group.loops {
      await loop.run {
        _ = NameLookup("hangs", port: UInt16(loop.index), on: loop, by: resolver) { result in
          #expect(loop.isCurrent)
          told.append((try? result.get().first?.description) ?? "none")
        }
      }
    }
    names.release()
    await told.wait(for: 2)
    #expect(Set(told.events) == ["127.0.0.1:0", "127.0.0.1:1"])
    #expect(names.asked.events == ["hangs"])
    await group.shutdown()
  }

  @Test func moreNamesThanThreadsWaitAndThoseGivenUpAreNotAskedFor() async throws {
    let names = Names()
    let resolver = NameResolver(mostThreads: 1, resolve: names.resolve)
    let told = EventLog()
    _ = resolver.lookUp("hangs") { _ in told.append("first") }
    await names.asked.wait(for: 1)
    let ticket = resolver.lookUp("given up") { _ in told.append("given up") }
    _ = resolver.lookUp("last") { _ in told.append("last") }
    resolver.abandon(ticket)
    #expect(names.asked.events == ["hangs"])
    names.release()
    await told.wait(for: 2)
    #expect(told.events == ["first", "last"])
    #expect(names.asked.events == ["hangs", "last"])
  }

  private static func result(
    of host: String,
    on loop: EventLoop,
    by resolver: NameResolver
  ) async -> NameResolver.Result {
    await withCheckedContinuation { continuation in
      loop.execute { _ = NameLookup(host, port: 81, on: loop, by: resolver) { continuation.resume(returning: $0) } }
    }
  }
}
