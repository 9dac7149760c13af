import Telemetry
import Testing

@testable import Traffic

struct SimulatedUsersTests {
  private func users(place: Int = 0, seed: UInt64 = 5, mix: DiceMix = DiceMix()) -> SimulatedUsers {
    SimulatedUsers(mix: mix, maximumRolls: 4, thinkTime: 0.5...2, place: place, placeCount: 3, seed: seed)
  }

  private func sequence(_ users: SimulatedUsers, count: Int = 200) -> [PlannedRequest] {
    var users = users
    return (0..<count).map { _ in users.nextRequest() }
  }

  @Test func `The same seed gives the same users, each place others`() {
    #expect(sequence(users()) == sequence(users()))
    #expect(sequence(users()).map(\.dice) != sequence(users(place: 1)).map(\.dice))
    #expect(sequence(users()).map(\.dice) != sequence(users(seed: 6)).map(\.dice))
  }

  @Test func `A user rolls up to so many times, then another comes who never was there`() {
    let requests = sequence(users())
    let counts = Dictionary(grouping: requests.dropLast(4), by: \.userID).mapValues(\.count)
    #expect(Set(counts.values) == [1, 2, 3, 4])
    #expect(requests.allSatisfy { ($0.userID - 1) % 3 == 0 })
    #expect(requests.map(\.userID) == requests.map(\.userID).sorted())
    #expect(Dictionary(grouping: requests, by: \.userID).values.allSatisfy { $0.map(\.number) == Array(1...$0.count) })
  }

  @Test func `Pauses are spread over the think time`() {
    var users = users()
    let pauses = (0..<1000).map { _ in users.nextThinkTime() }
    #expect(pauses.allSatisfy { (0.5...2).contains($0) })
    #expect(abs(pauses.reduce(0, +) / 1000 - 1.25) < 0.07)
  }

  @Test func `The mix has each die alike, its share of batches and every size of them`() {
    var random = Xoshiro256(seed: 9)
    let requests = (0..<20_000).map { _ in DiceMix().draw(using: &random) }
    let dice = Dictionary(grouping: requests, by: \.die).mapValues(\.count)
    #expect(Set(dice.keys) == ["fair", "risky", "extreme", "unknown"])
    #expect(dice.values.allSatisfy { abs($0 - 5000) < 5 * 62 })
    let sizes = requests.compactMap(\.batchSize)
    #expect(abs(Double(sizes.count) / 20_000 - 0.3) < 0.02)
    #expect(Set(sizes) == Set(1...10))
  }

  @Test func `A die's name cannot change the request`() {
    let target = DiceRequest(die: "a b&times=20#", batchSize: 3).target
    #expect(target == "/roll-async?die=a%20b%26times%3D20%23&times=3")
  }

  @Test func `The generator of a seed is the one its authors published`() {
    // xoshiro256** whose state is the first four values of splitmix64 from 0, computed apart from this code.
    var random = Xoshiro256(seed: 0)
    #expect([random.next(), random.next()] == [0x99EC_5F36_CB75_F2B4, 0xBF6E_1F78_4956_452A])
  }
}
