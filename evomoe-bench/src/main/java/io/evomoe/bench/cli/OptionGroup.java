package io.evomoe.bench.cli;

import io.evomoe.models.text.source.RecordFormat;
import io.evomoe.moe.GateProvider;
import io.evomoe.run.config.Preset;
import io.evomoe.run.result.Measurement.EvalRequest;
import io.evomoe.run.task.Tasks;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ScopeType;

/** Groups of options, in the help of commands that have many. */
enum OptionGroup {
  START("Start from a run", "--resume --init --from --with-moments"),
  DATA(
      "Data",
      "--data --data-format --documents --include --exclude --text-field --label-field --source-field --target-field --skip-bad-lines --valid-share --test-share --split-seed"),
  MODEL(
      "Model",
      "--task --preset --for --config --set --gate --gates --gate-option --experts --checkpoint --experts-per-token --architecture --layers --d-model --d-ff --heads --vocab --moe-every --kv-heads --expert-d-ff"),
  TRAINING("Training", ""),
  EVOLUTION("Evolution", "--spawn"),
  OUTPUT("Output", "--out --keep-models --json --tensorboard --report-every"),
  CLUSTER(
      "Cluster (with --spark)",
      "--spark --rounds --local-steps --workers --outer-rate --outer-momentum --inner --expert-weights --wire --spark-conf"),
  MEASUREMENT("Measurement", ""),
  GENERAL("General", "--help --version --quiet --verbose");

  /** What separates entries of a list: a comma, with blanks around it or without. */
  static final String COMMA = "\\s*,\\s*";

  /** What help and man pages show in its place. */
  static final String COMMA_LABEL = ",";

  /** Heading of the examples that end the help of a command. */
  static final String EXAMPLES = "%nExamples:%n";

  /** Commands with at most this many options have one list. */
  private static final int FEW = 20;

  private final String title;
  private final String names;

  OptionGroup(String title, String names) {
    this.title = title;
    this.names = " " + names + " ";
  }

  /** Completes the options and the help of a command and of its subcommands. */
  static CommandLine applyTo(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    for (OptionSpec option : List.copyOf(spec.options())) {
      if (option.group() == null && option.scopeType() != ScopeType.INHERIT) {
        spec.remove(option);
        spec.addOption(complete(option));
      }
    }
    UsageMessageSpec usage = spec.usageMessage();
    usage.footer(Arrays.stream(usage.footer()).map("  "::concat).toArray(String[]::new));
    usage.abbreviateSynopsis(true);
    if (!spec.requiredArgs().isEmpty()) {
      String required =
          spec.requiredArgs().stream()
              .map(arg -> ((OptionSpec) arg).longestName() + "=" + arg.paramLabel())
              .collect(Collectors.joining(" "));
      String operands =
          spec.positionalParameters().stream()
              .map(operand -> " [" + operand.paramLabel() + "]")
              .collect(Collectors.joining());
      usage.customSynopsis("${COMMAND-FULL-NAME} " + required + " [OPTIONS]" + operands);
    }
    Map<String, IHelpSectionRenderer> sections = command.getHelpSectionMap();
    sections.put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, OptionGroup::optionList);
    sections.put(
        UsageMessageSpec.SECTION_KEY_FOOTER, help -> help.footer() + page(help.commandSpec()));
    command.getSubcommands().values().forEach(OptionGroup::applyTo);
    return command;
  }

  /** With its default in its description, and with the names that shells complete. */
  private static OptionSpec complete(OptionSpec option) {
    OptionSpec.Builder builder = option.toBuilder();
    Iterable<String> names = values(option.longestName());
    if (names != null) {
      builder.completionCandidates(names);
      if (option.paramLabel().equals("TEXT")) { // the script keeps names by their label
        builder.paramLabel(option.longestName().replaceFirst("--", "").toUpperCase(Locale.ROOT));
      }
    }
    if (!option.splitRegex().isEmpty()) {
      builder.splitRegex(COMMA).splitRegexSynopsisLabel(COMMA_LABEL);
    }
    boolean oneValue = option.arity().max() == 1 && !option.isMultiValue();
    if (oneValue && !option.required() && option.initialValue() != null) {
      builder.defaultValue(option.initialValue().toString());
    }
    String text = option.description()[0];
    boolean untold = builder.defaultValue() != null && !text.contains("(default: ");
    return builder.description(untold ? text + " (default: ${DEFAULT-VALUE})" : text).build();
  }

  /** The names that an option takes; null if it takes something else. */
  private static @Nullable Iterable<String> values(String option) {
    Supplier<Stream<String>> names =
        switch (option) {
          case "--task" -> () -> Tasks.names().stream();
          case "--preset" -> OptionGroup::presets;
          case "--gate" -> OptionGroup::gates;
          case "--gates" -> () -> Stream.concat(gates(), Stream.of(CompareCommand.ALL));
          case "--split" -> EvalRequest.SPLITS::stream;
          case "--documents" -> () -> Stream.of("file", "paragraph", "line", "separator:");
          case "--data-format" -> () -> RecordFormat.installed().stream().map(RecordFormat::id);
          default -> null;
        };
    return names == null ? null : () -> names.get().iterator();
  }

  private static Stream<String> gates() {
    return GateProvider.installed().stream().map(GateProvider::name);
  }

  private static Stream<String> presets() {
    Stream<Preset> all = Tasks.names().stream().flatMap(task -> Tasks.presets(task).stream());
    return all.map(Preset::name).distinct();
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
            .map(
                g ->
                    "%n%s:%n".formatted(g.getKey().title)
                        + help.optionListExcludingGroups(g.getValue()))
            .collect(Collectors.joining());
  }

  /** The visible options of a command by group; one group if there are few. */
  static Map<OptionGroup, List<OptionSpec>> of(CommandSpec command) {
    List<OptionSpec> options = command.options().stream().filter(o -> !o.hidden()).toList();
    boolean few = options.size() <= FEW;
    return options.stream()
        .collect(
            Collectors.groupingBy(
                option -> few ? GENERAL : of(option.longestName(), command),
                () -> new EnumMap<>(OptionGroup.class),
                Collectors.toList()));
  }

  private static OptionGroup of(String option, CommandSpec command) {
    boolean trains = command.findOption("--learning-rate") != null;
    return Stream.of(values())
        .filter(group -> group.names.contains(" " + option + " "))
        .filter(group -> group != CLUSTER || command.findOption("--spark") != null)
        .findFirst()
        .orElse(trains ? TRAINING : MEASUREMENT);
  }

  @Override
  public String toString() {
    return title;
  }
}
