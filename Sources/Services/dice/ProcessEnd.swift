#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ends the process and all its loops, once everything that must be said is said. `exit` alone would have libuv join its
/// threads, of which one may wait in the system for good: for a name, or in a write to a pipe that nobody reads.
/// Nothing is left in a buffer of the C library: `StandardOutput` and `StandardError` use none.
func endProcess(_ status: Int32) -> Never {
  _exit(status)
}
