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
    footer = "source <(evomoe completion bash)")
final class CompletionCommand implements Runnable {
  /** The script is the same: in zsh it loads what understands bash's completions. */
  enum Shell {
    BASH,
    ZSH;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Parameters(paramLabel = "SHELL", description = "bash or zsh")
  Shell shell = Shell.BASH;

  @Override
  public void run() {
    CommandLine commands = Main.commandLine();
    System.out.print(AutoComplete.bash(commands.getCommandName(), commands));
  }
}
