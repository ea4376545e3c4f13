package io.evomoe.bench.cli;

import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Groups of options, in the help of commands that have many. */
@SuppressWarnings("ImmutableEnumChecker") // the sets are those of Set.of
enum OptionGroup {
  START("Start from a run", Set.of(), "--resume", "--init", "--from", "--with-moments"),
  DATA("Data", Set.of(DataOptions.class, SplitOptions.class), "--data"),
  MODEL(
      "Model",
      Set.of(BenchModelOptions.class),
      "--task",
      "--preset",
      "--config",
      "--set",
      "--gate",
      "--gates",
      "--experts",
      "--checkpoint",
      "--experts-per-token"),
  TRAINING(
      "Training",
      Set.of(RunOptions.class, TrainCommand.class, CompareCommand.class, FineTuneCommand.class)),
  EVOLUTION("Evolution", Set.of(), "--spawn"),
  TRANSLATION("Translation (task mt)", Set.of(SearchOptions.class), "--sentences", "--examples"),
  OUTPUT("Output", Set.of(WatchOptions.class), "--out", "--keep-models", "--profile", "--json"),
  CLUSTER("Cluster (with --spark)", Set.of(ClusterOptions.class)),
  MEASUREMENT(
      "Measurement",
      Set.of(EvalCommand.class, BenchCommand.Step.class, BenchGenerateCommand.class)),
  GENERAL("General", Set.of());

  /** Heading of the examples that end the help of a command. */
  static final String EXAMPLES = "%nExamples:%n";

  /** Commands with at most this many options have one list. */
  private static final int FEW = 20;

  private final String title;
  private final Set<Class<?>> classes;
  private final Set<String> names;

  OptionGroup(String title, Set<Class<?>> classes, String... names) {
    this.title = title;
    this.classes = classes;
    this.names = Set.of(names);
  }

  /** Puts the options into groups, in the help of a command and of its subcommands. */
  static CommandLine applyTo(CommandLine command) {
    UsageMessageSpec usage = command.getCommandSpec().usageMessage();
    usage.footer(Arrays.stream(usage.footer()).map("  "::concat).toArray(String[]::new));
    usage.abbreviateSynopsis(command.getCommandSpec().requiredArgs().isEmpty());
    command
        .getHelpSectionMap()
        .put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, OptionGroup::optionList);
    command
        .getHelpSectionMap()
        .put(UsageMessageSpec.SECTION_KEY_FOOTER, help -> help.footer() + page(help.commandSpec()));
    command.getSubcommands().values().forEach(OptionGroup::applyTo);
    return command;
  }

  /** Where the documentation has a command. */
  private static String page(CommandSpec command) {
    String anchor = command.qualifiedName("-").replaceFirst("^evomoe-?", "#");
    return "%nMore: docs/cli.md%s%n".formatted(anchor.length() > 1 ? anchor : "");
  }

  private static String optionList(Help help) {
    Map<OptionGroup, List<OptionSpec>> groups = of(help.commandSpec());
    return groups.size() == 1
        ? help.optionList()
        : groups.entrySet().stream()
            .map(g -> "%n%s:%n".formatted(g.getKey().title) + list(help, g.getValue()))
            .collect(Collectors.joining());
  }

  private static String list(Help help, List<OptionSpec> options) {
    return help.optionListExcludingGroups(options);
  }

  /** The visible options of a command by group; one group if there are few. */
  static Map<OptionGroup, List<OptionSpec>> of(CommandSpec command) {
    List<OptionSpec> options = command.options().stream().filter(o -> !o.hidden()).toList();
    boolean few = options.size() <= FEW;
    return options.stream()
        .collect(
            Collectors.groupingBy(
                option -> few ? GENERAL : of(option),
                () -> new EnumMap<>(OptionGroup.class),
                Collectors.toList()));
  }

  private static OptionGroup of(OptionSpec option) {
    Class<?> declaring = ((Field) option.userObject()).getDeclaringClass();
    Stream<OptionGroup> byName = all().filter(g -> g.names.contains(option.longestName()));
    Stream<OptionGroup> byClass = all().filter(g -> g.classes.contains(declaring));
    return Stream.concat(byName, byClass).findFirst().orElse(GENERAL);
  }

  private static Stream<OptionGroup> all() {
    return Arrays.stream(values());
  }

  @Override
  public String toString() {
    return title;
  }
}
