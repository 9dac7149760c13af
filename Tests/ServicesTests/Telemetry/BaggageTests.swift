import Testing

@testable import Telemetry

/// W3C Baggage, §3.
struct BaggageTests {
  @Test(arguments: [
    (["k=v"], "k=v"),
    (["k1=v1, k2 = v2 ;p; q=1", "k3=v3"], "k1=v1,k2=v2;p; q=1,k3=v3"),
    (["bad member,k=v,=x,k e y=1,k\"=1,a=%zz,b=%4,c=\\"], "k=v"),
    (["k=%20%2C%C3%BC"], "k=%20%2C%C3%BC"),
    (["k="], "k="),
    (["a=1;p=\u{e9},b=2;\u{1},k=v;\tp"], "k=v;p"),
  ])
  func `Members pass through as they came, and bad ones are dropped alone`(values: [String], sent: String) {
    #expect(Baggage(headerValues: values).headerValue == sent)
  }

  @Test func `Values are decoded for readers and encoded for the wire`() {
    var baggage = Baggage(headerValues: ["k=%20%2C%C3%BC", "bytes=%ff"])
    #expect(baggage["k"] == " ,ü")
    #expect(baggage["bytes"] == "\u{fffd}")
    #expect(baggage["absent"] == nil)
    baggage["k"] = "50 %"
    baggage["bytes"] = nil
    #expect(baggage.headerValue == "k=50%20%25")
    baggage["no token"] = "x"
    #expect(baggage.members.count == 1)
  }

  @Test func `At least 64 members are kept, and never more than 8192 bytes sent`() {
    let small = (0..<64).map { "key\($0)=value" }.joined(separator: ",")
    #expect(Baggage(headerValues: [small]).headerValue == small)
    let big = (0..<64).map { "key\($0)=" + String(repeating: "v", count: 200) }
    let sent = Baggage(headerValues: big).headerValue
    #expect(sent.utf8.count <= 8192)
    #expect(sent.hasPrefix(big[0] + "," + big[1]))
    let most = "k=" + String(repeating: "v", count: 8190)
    #expect(Baggage(headerValues: [most]).headerValue == most)
    #expect(Baggage(headerValues: [most + "v", "a=1"]).headerValue == "a=1")
    #expect(sent.split(separator: ",").allSatisfy { big.contains(String($0)) })
    #expect(Baggage(headerValues: (0..<500).map { "k\($0)=1" }).members.count == Baggage.maximumMemberCount)
  }
}
