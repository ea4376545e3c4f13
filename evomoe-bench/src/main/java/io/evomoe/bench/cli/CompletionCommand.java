package io.evomoe.bench.cli;

import java.nio.file.Path;
import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;

/** {@code evomoe completion}: what makes a shell complete commands, options and names. */
@Command(
    name = "completion",
    description =
        "Prints a shell script that completes commands, options, and names of tasks, presets and installed gates.",
    footer = {"source <(evomoe completion bash)", "evomoe completion fish | source"})
final class CompletionCommand implements Runnable {
  /** Whether the words between the program and the first option are those of a command. */
  private static final String AT =
      """
      function __%1$s_at
          set -l path
          for word in (commandline -opc)[2..-1]
              string match -q -- '-*' $word; and break
              set -a path $word
          end
          test "$path" = "$argv"
      end
      complete -c %1$s -f
      """;

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
        shell == Shell.FISH ? fish(commands) : AutoComplete.bash(name, commands));
  }

  /** The script; descriptions and candidates are those of the commands. */
  private static String fish(CommandLine commands) {
    String program = commands.getCommandName();
    return AT.formatted(program)
        + lines("complete -c " + program, "__" + program + "_at", commands);
  }

  private static String lines(String complete, String at, CommandLine command) {
    String start = "%s -n '%s'".formatted(complete, at);
    StringBuilder lines = new StringBuilder();
    command
        .getSubcommands()
        .forEach(
            (name, sub) ->
                lines
                    .append(start + " -a '" + name + "'")
                    .append(about(sub.getCommandSpec().usageMessage().description()))
                    .append(lines(complete, at + " " + name, sub)));
    for (ArgSpec arg : command.getCommandSpec().args()) {
      lines.append(start);
      if (arg instanceof OptionSpec option) {
        for (String name : option.names()) {
          lines.append(name.replaceFirst("^--", " -l ").replaceFirst("^-", " -s "));
        }
      }
      boolean file = arg.auxiliaryTypes()[0] == Path.class;
      lines.append(!arg.isOption() || arg.arity().max() == 0 ? "" : file ? " -r -F" : " -x");
      if (arg.completionCandidates() != null) {
        lines.append(" -a ").append(quoted(String.join(" ", arg.completionCandidates())));
      }
      lines.append(about(arg.description()));
    }
    return lines.toString();
  }

  private static String about(String... text) {
    return " -d " + quoted(text[0].replaceFirst(" \\(default: .*", "")) + "\n";
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
