import Testing

@testable import TraceStore

/// Which pages may export from a browser.
struct ExportOriginTests {
  @Test(arguments: [
    ("http://localhost:5173", "store.example:4318"), ("https://localhost", nil), ("http://shop.localhost:3000", nil),
    ("http://127.0.0.1:8080", nil), ("http://127.8.9.1", nil), ("http://[::1]:8080", nil),
    ("http://shop.example:3000", "shop.example:4318"), ("https://Shop.Example", "shop.example"),
    ("http://[2001:db8::1]:3000", "[2001:DB8::1]:4318"),
  ])
  func `Pages of this machine and of the host that is asked may`(origin: String, authority: String?) {
    #expect(ExportOrigin.isAllowed(origin, authority: authority))
  }

  @Test(arguments: [
    ("http://evil.example", "localhost:4318"), ("http://evil.example", nil), ("null", "localhost:4318"), ("", nil),
    ("http://localhost.evil.example", "localhost"), ("http://127.0.0.1.evil.example", "127.0.0.1"),
    ("http://127.evil.a.b", nil), ("http://evillocalhost", nil), ("http://user@localhost", nil),
    ("chrome-extension://localhost", nil), ("file://", nil), ("http://shop.example", "other.shop.example"),
  ])
  func `Others may not`(origin: String, authority: String?) {
    #expect(!ExportOrigin.isAllowed(origin, authority: authority))
  }
}
