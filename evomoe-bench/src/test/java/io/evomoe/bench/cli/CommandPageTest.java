package io.evomoe.bench.cli;

import static java.util.function.Predicate.not;
import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.bench.example.Pages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * {@code docs/cli.md} is made of the help texts of all commands. {@code -Devomoe.record=true}
 * writes it anew.
 */
class CommandPageTest {
  private static final Path PAGE = Pages.ROOT.resolve("docs/cli.md");
  private static final Set<String> GENERAL = Set.of("--help", "--version", "--quiet", "--verbose");
  private static final Pattern DEFAULT = Pattern.compile("(.*) \\(default: (.*)\\)");
  private static final Pattern NAME = Pattern.compile("(?<![\\w`-])--[a-z][a-z-]+( \\S+=\\S+)?");

  /** Which command has told of an option that other commands have as well. */
  private final Map<Object, String> told = new HashMap<>();

  static Stream<CommandLine> commands() {
    return all(Main.commandLine());
  }

  private static Stream<CommandLine> all(CommandLine command) {
    return Stream.concat(
        Stream.of(command),
        command.getSubcommands().values().stream().flatMap(CommandPageTest::all));
  }

  @Test
  void should_be_what_help_says() throws IOException {
    String page = page();
    if (Boolean.getBoolean("evomoe.record")) {
      Files.writeString(PAGE, page);
    }

    assertThat(Files.readString(PAGE)).isEqualTo(page);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void should_describe_all_options_and_show_their_defaults_and_examples(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    assertThat(spec.usageMessage().footer())
        .as(spec.qualifiedName())
        .hasSizeBetween(1, 2)
        .allMatch(line -> line.length() < spec.usageMessage().width());
    assertThat(spec.usageMessage().footerHeading()).isEqualTo(OptionGroup.EXAMPLES);
    for (PositionalParamSpec word : spec.positionalParameters()) {
      assertThat(word.description()).as(word.paramLabel()).isNotEmpty();
    }
    for (OptionSpec option : spec.options()) {
      assertThat(option.hidden() || option.description().length == 1)
          .as("%s %s has one description", spec.qualifiedName(), option.longestName())
          .isTrue();
      if (option.defaultValue() != null && option.arity().max() > 0) {
        assertThat(option.description()[0]).contains("(default: ");
      }
    }
    List<OptionSpec> general = OptionGroup.of(spec).getOrDefault(OptionGroup.GENERAL, List.of());
    if (OptionGroup.of(spec).size() > 1) {
      assertThat(general).extracting(OptionSpec::longestName).hasSameElementsAs(GENERAL);
    }
  }

  private String page() {
    CommandLine root = Main.commandLine();
    StringBuilder page =
        new StringBuilder(
            """
            # Command line

            This page lists every command and option of `./evomoe`. `./evomoe COMMAND --help` prints the same.

            | command | purpose |
            |---|---|
            """);
    commands()
        .filter(not(CommandPageTest::isParent))
        .forEach(
            command ->
                page.append(
                    "| [`%s`](#%s) | %s |\n"
                        .formatted(
                            name(command),
                            name(command).replace(' ', '-'),
                            cell(usage(command).description()[0]))));
    page.append(
        """

        Every command has these options:

        | option | meaning |
        |---|---|
        """);
    root.getCommandSpec().options().forEach(o -> page.append(generalRow(o)));
    page.append(
        """

        An option with a value is written `--name VALUE` or `--name=VALUE`. Options without a default are off or unset.

        | exit code | meaning |
        |---|---|
        | 0 | done |
        | 1 | a run or a check failed |
        | 2 | wrong usage or wrong input |
        | 130, 143 | stopped by Ctrl-C, by SIGTERM |
        """);
    commands().filter(not(CommandPageTest::isParent)).forEach(c -> page.append(section(c)));
    return page.toString();
  }

  private static String generalRow(OptionSpec option) {
    String names =
        Stream.of(option.names()).map("`%s`"::formatted).collect(Collectors.joining(", "));
    return "| %s | %s |\n".formatted(names, cell(option.description()[0]));
  }

  private String section(CommandLine command) {
    StringBuilder text = new StringBuilder("\n## " + name(command) + "\n\n");
    // The first line is in the table of commands.
    Stream.of(usage(command).description())
        .skip(1)
        .forEach(line -> text.append(prose(line)).append("\n\n"));
    text.setLength(text.length() - 1);
    for (PositionalParamSpec word : command.getCommandSpec().positionalParameters()) {
      text.append("\n`%s` is %s.\n".formatted(word.paramLabel(), word.description()[0]));
    }
    Map<OptionGroup, List<OptionSpec>> groups = OptionGroup.of(command.getCommandSpec());
    Map<String, List<String>> elsewhere = new TreeMap<>();
    groups.forEach(
        (group, options) -> {
          List<OptionSpec> own = new ArrayList<>();
          for (OptionSpec option : options) {
            if (GENERAL.contains(option.longestName())) {
              continue;
            }
            String where = told.putIfAbsent(option.userObject(), name(command));
            if (where != null) {
              elsewhere
                  .computeIfAbsent(where, any -> new ArrayList<>())
                  .add("`" + option.longestName() + "`");
            } else {
              own.add(option);
            }
          }
          if (!own.isEmpty()) {
            text.append(groups.size() > 1 ? "\n**" + group + "**\n" : "");
            text.append("\n| option | default | meaning |\n|---|---|---|\n");
            own.forEach(option -> text.append(row(option)));
          }
        });
    elsewhere.forEach(
        (where, names) ->
            text.append(
                "\nAs in [%s](#%s):\n\n```\n%s\n```\n"
                    .formatted(
                        where, where.replace(' ', '-'), String.join(" ", names).replace("`", ""))));
    text.append("\n<!-- not run: an example of the help -->\n```sh\n");
    for (String example : usage(command).footer()) {
      text.append(example.strip().replaceFirst("\\bevomoe ", "./evomoe ")).append('\n');
    }
    return text.append("```\n").toString();
  }

  private static String row(OptionSpec option) {
    String text = option.description()[0];
    Matcher found = DEFAULT.matcher(text);
    boolean hasDefault = found.matches();
    String value =
        option.required() && option.group() == null ? "required" : hasDefault ? found.group(2) : "";
    return "| `%s` | %s | %s |\n"
        .formatted(
            option.longestName(),
            cell(value.replace("${DEFAULT-VALUE}", String.valueOf(option.defaultValue()))),
            cell(hasDefault ? found.group(1) : text));
  }

  private static String cell(String text) {
    return prose(text).replace("|", "\\|");
  }

  /** Names of options as code. */
  private static String prose(String text) {
    return NAME.matcher(text)
        .replaceAll("`$0`")
        .replace("docs/configuration.md", "[configuration.md](configuration.md)");
  }

  private static UsageMessageSpec usage(CommandLine command) {
    return command.getCommandSpec().usageMessage();
  }

  private static boolean isParent(CommandLine command) {
    return !command.getSubcommands().isEmpty();
  }

  private static String name(CommandLine command) {
    return command.getCommandSpec().qualifiedName().replaceFirst("evomoe ", "");
  }
}
