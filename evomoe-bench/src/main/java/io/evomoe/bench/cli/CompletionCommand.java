package io.evomoe.bench.cli;

import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code evomoe completion}: what makes a shell complete commands, options and names. */
@Command(
    name = "completion",
    description =
        "Prints a shell script that completes commands, options, and names of tasks, presets and installed gates.",
    footer = {"source <(evomoe completion bash)", "evomoe completion fish | source"})
final class CompletionCommand implements Runnable {
  /** Those that there is a script for. */
  enum Shell {
    BASH,
    ZSH,
    FISH;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish")
  Shell shell = Shell.BASH;

  @Override
  public void run() {
    CommandLine commands = Main.commandLine();
    String name = commands.getCommandName();
    System.out.print(
        // picocli's script is for both: in zsh it loads what understands bash's completions.
        shell == Shell.FISH ? FishCompletion.script(commands) : AutoComplete.bash(name, commands));
  }
}
