package io.evomoe.bench.cli;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code evomoe completion}: what makes a shell complete commands, options and names. */
@Command(
    name = "completion",
    description =
        "Prints a script for bash and zsh that completes commands, options, and names of tasks, presets and installed gates.",
    footer = "source <(evomoe completion)")
final class CompletionCommand implements Runnable {
  @Override
  public void run() {
    CommandLine commands = Main.commandLine();
    // In zsh the script loads what understands bash's completions.
    System.out.print(AutoComplete.bash(commands.getCommandName(), commands));
  }
}
