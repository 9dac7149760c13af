import ArgumentParser

/// Runs the subcommand; what goes wrong is one line on the standard error and the exit status of its kind.
@main
enum DiceMain {
  static func main() async {
    StandardDescriptors.occupy()
    do {
      try SubcommandName.check(CommandLine.arguments.dropFirst().first)
      var command = try Dice.parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      endProcess(0)
    } catch {
      end(error)
    }
  }

  private static func end(_ error: any Error) -> Never {
    let status = Dice.exitCode(for: error)
    guard status.isSuccess else {
      let message = Dice.message(for: error).split(whereSeparator: \.isNewline).joined(separator: " ")
      StandardError.write(message)
      endProcess(error is RunFailure ? 1 : status.rawValue)
    }
    do throws(RunFailure) {
      try StandardOutput.write(Dice.fullMessage(for: error) + "\n")
    } catch {
      end(error)
    }
    endProcess(0)
  }
}

/// What stops a command that was well written; its exit status is 1.
struct RunFailure: Error, CustomStringConvertible {
  let description: String
}
