package io.evomoe.bench.cli;

import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** A script that makes fish complete commands, options and their values. */
final class FishCompletion {
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

  private FishCompletion() {}

  /** The script; descriptions and candidates are those of the commands. */
  static String script(CommandLine commands) {
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
