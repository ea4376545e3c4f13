package io.evomoe.bench.cli;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

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

  private final String program;
  private final List<String> lines = new ArrayList<>();

  private FishCompletion(String program) {
    this.program = program;
  }

  /** The script; descriptions and candidates are those of the commands. */
  static String script(CommandLine commands) {
    String program = commands.getCommandName();
    FishCompletion completion = new FishCompletion(program);
    completion.add("", commands);
    return AT.formatted(program) + String.join("\n", completion.lines) + "\n";
  }

  private void add(String path, CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    command
        .getSubcommands()
        .forEach(
            (name, sub) -> {
              String[] about = sub.getCommandSpec().usageMessage().description();
              line(path, " -a " + quoted(name), about);
              add((path + " " + name).strip(), sub);
            });
    for (PositionalParamSpec word : spec.positionalParameters()) {
      line(path, candidates(word.completionCandidates()), new String[0]);
    }
    for (OptionSpec option : spec.options()) {
      line(path, names(option) + values(option), option.description());
    }
  }

  private void line(String path, String what, String[] about) {
    String text =
        about.length == 0 ? "" : " -d " + quoted(about[0].replaceFirst(" \\(default: .*", ""));
    lines.add("complete -c %s -n %s%s%s".formatted(program, quoted(at(path)), what, text));
  }

  private String at(String path) {
    return "__%s_at %s".formatted(program, path).strip();
  }

  private static String names(OptionSpec option) {
    return Arrays.stream(option.names())
        .map(
            name -> name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1))
        .collect(Collectors.joining());
  }

  private static String values(OptionSpec option) {
    if (option.arity().max() == 0) {
      return "";
    }
    boolean file =
        option.auxiliaryTypes()[0] == Path.class || option.auxiliaryTypes()[0] == File.class;
    return file ? " -r -F" : " -x" + candidates(option.completionCandidates());
  }

  private static String candidates(@Nullable Iterable<String> candidates) {
    return candidates == null ? "" : " -a " + quoted(String.join(" ", candidates));
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
