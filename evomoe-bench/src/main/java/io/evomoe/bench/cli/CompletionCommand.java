package io.evomoe.bench.cli;

import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code evomoe completion}: what makes a shell complete commands, options and names. */
@Command(
    name = "completion",
    description = {
      "Prints a script by which a shell completes commands, options, and the names of tasks,"
          + " presets and gates (those that are installed now).",
      "bash and zsh: source <(evomoe completion bash); fish: evomoe completion fish | source"
    },
    mixinStandardHelpOptions = true)
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

  @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
  Shell shell = Shell.BASH;

  @Override
  public void run() {
    CommandLine commands = Main.commandLine();
    ValueNames.complete(commands);
    String name = commands.getCommandName();
    System.out.print(
        // picocli's script is for both: in zsh it loads what understands bash's completions.
        shell == Shell.FISH ? FishCompletion.script(commands) : AutoComplete.bash(name, commands));
  }
}
