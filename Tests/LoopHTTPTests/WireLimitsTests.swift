import LoopHTTP
import Testing

@Test func defaultLimits() { #expect(WireLimits().fieldCount == 100) }
