/// What the connections of one loop share and change.
struct SharedState {
  var requests: RequestCounter
  var date = DateCache()
}
