import ArgumentParser

/// The program: one subcommand for each thing it runs.
struct Dice: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dice",
    abstract: "Dice rolled through three traced services.",
    subcommands: [
      AllCommand.self, DieServiceCommand.self, DiceRollerCommand.self, FrontendCommand.self, TraceStoreCommand.self,
      TrafficCommand.self, CompareCommand.self,
      HealthcheckCommand.self,
    ]
  )
}
