/// What a connection tells the actor that keeps it and runs its task, on their loop.
protocol ConnectionOwner: LoopActor {
  /// A parked connection needs a task again.
  nonisolated func resume(_ connection: Connection)
  /// A parked connection has ended.
  nonisolated func ended(_ connection: Connection)
}
