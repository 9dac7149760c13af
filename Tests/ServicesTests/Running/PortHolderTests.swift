import Testing

@testable import ServiceCore

@Suite struct PortHolderTests {
  /// From `/proc/net/tcp`, its blanks shortened: a listener, a connection to it, and listeners on other ports.
  private let table = """
      sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
       0: 0100007F:1FAA 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 41 1 0000 100 0 0 10 0
       1: 0100007F:1FAA 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 42 1 0000 20 4 30 10 -1
       2: 00000000:1FAB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 43 1 0000 100 0 0 10 0
       3: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 44 1 0000 100 0 0 10 0
       4: cut off
    """

  @Test func listenersAreThoseOfThePort() {
    #expect(PortHolder.listeners(on: 8106, in: table) == ["socket:[41]"])
    #expect(PortHolder.listeners(on: 8107, in: table) == ["socket:[43]"])
    #expect(PortHolder.listeners(on: 80, in: table) == ["socket:[44]"])
    #expect(PortHolder.listeners(on: 50000, in: table).isEmpty)
  }

  @Test func aTableOfIPv6AddressesIsReadAlike() {
    let table = """
        sl  local_address                         remote_address                        st tx_queue
         0: 00000000000000000000000001000000:1FAA 00000000000000000000000000000000:0000 0A 0:0 00:0 0  1000  0 45 1
      """
    #expect(PortHolder.listeners(on: 8106, in: table) == ["socket:[45]"])
  }

  @Test func aMachineWithManySocketsIsNotSearched() {
    #expect(PortHolder.isSmall("sockets: used 300\nTCP: inuse 27 orphan 0 tw 9 alloc 29 mem 3\nUDP: inuse 4"))
    #expect(!PortHolder.isSmall("sockets: used 300\nTCP: inuse 27 orphan 0 tw 900000 alloc 29 mem 3\n"))
    #expect(!PortHolder.isSmall(""))
  }

  @Test func aNameStaysOnItsLine() {
    #expect(PortHolder.printable("py\u{1b}[31m\nthon 3\n") == "py[31mthon 3")
  }
}
