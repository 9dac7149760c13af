import Testing

@testable import TraceStore

struct TextPatternTests {
  @Test(arguments: [
    ("async_roll_.*", ["async_roll_", "async_roll_batch", "async_roll_1"], ["async_roll", "xasync_roll_1"]),
    ("GET /roll|GET /dice", ["GET /roll", "GET /dice"], ["GET /roll-async", "GET", ""]),
    (".*roll.*", ["roll", "async_roll_1", "GET /roll"], ["GET /dice", "rol"]),
    (".+", ["a", "ab"], [""]),
    ("a.+b", ["axb", "axxb", "abb"], ["ab", "axbx"]),
    ("a.c", ["abc", "a.c", "aüc"], ["ac", "abbc"]),
    ("a\\.c", ["a.c"], ["abc"]),
    (".*ab", ["ab", "aab", "abab"], ["aba", "a"]),
    (".*a.*b.*c", ["abc", "xaxbxc", "abcabc"], ["acb", "ab"]),
    ("a|", ["a", ""], ["b"]),
    ("", [""], ["a"]),
    (".*", ["", "line\nbreak"], []),
  ])
  func `A pattern matches the whole text or not at all`(pattern: String, matching: [String], others: [String]) throws {
    let pattern = try #require(TextPattern(pattern))
    for text in matching { #expect(pattern.matches(text), "\(text)") }
    for text in others { #expect(!pattern.matches(text), "\(text)") }
  }

  @Test(arguments: ["a*", "a+", "*", "+", ".**", ".*+", "(a)", "[a]", "a{2}", "^a", "a$", "a?", "\\d", "\\1", "a\\"])
  func `Whatever is outside of the subset is refused, not taken as text`(pattern: String) {
    #expect(TextPattern(pattern) == nil)
  }

  /// A backtracking engine needs 2^k steps here: doubled, the text must take about twice or four times the steps.
  @Test func `A pattern made to be slow ends`() throws {
    let pattern = try #require(TextPattern(String(repeating: ".*a", count: 500) + "b"))
    #expect(!pattern.matches(String(repeating: "a", count: 5000)))
  }
}
