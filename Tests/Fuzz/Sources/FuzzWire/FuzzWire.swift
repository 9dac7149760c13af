@testable import LoopHTTP

/// Called by libFuzzer with one input. Its first byte chooses the role and where the rest is cut: whole, in two parts and
/// byte by byte the parser must say the same, and it must never trap.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard let choice = input.first else { return 0 }
  let bytes = input.dropFirst()
  let role: MessageParser.Role = choice & 1 == 0 ? .request : .response
  let cut = bytes.startIndex + (bytes.isEmpty ? 0 : Int(choice >> 1) * bytes.count / 128)

  let whole = run(role, [bytes])
  precondition(run(role, [bytes[..<cut], bytes[cut...]]) == whole, "a split changes the meaning")
  precondition(run(role, bytes.indices.map { bytes[$0...$0] }) == whole, "single bytes change the meaning")
  return 0
}

private func run(_ role: MessageParser.Role, _ pieces: [ArraySlice<UInt8>]) -> [ParserRun.Event] {
  var run = ParserRun(role: role)
  for piece in pieces { run.feed(piece) }
  run.end()
  return run.events
}
