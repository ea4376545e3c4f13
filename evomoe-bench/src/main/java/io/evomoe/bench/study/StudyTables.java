package io.evomoe.bench.study;

import static io.evomoe.bench.study.MarkdownTable.decimals;

import io.evomoe.run.record.RunResult;
import io.evomoe.training.StepRecord;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** A study's tables as Markdown, from what is recorded; what is not is named at the end. */
public final class StudyTables {
  /** The file's name in the folder of the results. */
  public static final String NAME = "tables.md";

  private final Study study;
  private final List<Group> gates;
  private final Optional<Group> baseline;

  private StudyTables(Study study) {
    this.study = study;
    this.gates = Group.shown(study);
    this.baseline = named(study.config().baseline());
  }

  /** All tables of a study. */
  public static String markdown(Study study) {
    return new StudyTables(study).text();
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    StudyConfig config = study.config();
    text.append(
        String.format(
            Locale.ROOT,
            "Task %s, preset %s: %d of %d runs are recorded. ± is the standard deviation over seeds.\n",
            config.task(),
            config.preset(),
            recorded(),
            study.runs().size()));
    section(text, "Validation loss", quality());
    baseline.ifPresent(base -> paired(text, base));
    section(text, "Cost to reach the final loss of %s".formatted(config.baseline()), speed());
    section(text, "Routing and cost", routing());
    if (!config.ablations().variants().isEmpty()) {
      section(text, "Variants of " + config.ablations().reference(), ablations());
    }
    if (!config.learningRates().toTry().isEmpty()) {
      section(text, "Learning rates", rates());
    }
    missing(text);
    return text.toString();
  }

  private void paired(StringBuilder text, Group base) {
    PairedTables tables = new PairedTables(base);
    Set<Group> all = new LinkedHashSet<>(gates);
    all.addAll(Group.variants(study));
    section(
        text,
        "Minus %s, by seed".formatted(base.label()),
        tables.bySeed(List.copyOf(all), study.config().seeds()));
    section(
        text,
        "Minus %s on the way, mean over pairs".formatted(base.label()),
        tables.bySteps(gates));
    Group first = gates.get(0);
    section(
        text,
        "%s minus each other gate, paired".formatted(first.label()),
        PairedTables.minusEach(first, gates, study.config().seeds()));
  }

  private static void section(StringBuilder text, String title, MarkdownTable table) {
    text.append("\n### ").append(title).append("\n\n").append(table.text());
  }

  private long recorded() {
    return study.runs().stream().filter(run -> study.record(run).isPresent()).count();
  }

  private Optional<Group> named(String label) {
    return gates.stream().filter(group -> group.label().equals(label)).findFirst();
  }

  private String metric() {
    return gates.stream()
        .flatMap(group -> group.bySeed().values().stream())
        .map(run -> run.result().metricName())
        .findFirst()
        .orElse("metric");
  }

  private MarkdownTable quality() {
    MarkdownTable table =
        new MarkdownTable(
            "gate",
            "seeds",
            "learning rate",
            "loss, nats a token",
            metric(),
            "minus %s, paired".formatted(study.config().baseline()),
            "95% interval");
    for (Group group : gates) {
      Spread difference = difference(group);
      table.row(
          group.label(),
          Integer.toString(group.bySeed().size()),
          rate(gate(group)),
          group.of(RunResult::validLoss).text(decimals(4)),
          group.of(RunResult::validMetric).text(decimals(2)),
          difference.text(MarkdownTable.signed(4)),
          difference.interval(MarkdownTable.signed(4)));
    }
    return table;
  }

  /** None to compare itself with. */
  private Spread difference(Group group) {
    return baseline
        .filter(base -> !base.label().equals(group.label()))
        .map(group::lossMinus)
        .orElseGet(() -> Spread.of(List.of()));
  }

  /** Variants have the learning rate of the gate that they are of. */
  private String gate(Group group) {
    StudyConfig.Ablations ablations = study.config().ablations();
    return ablations.shownLabels().contains(group.label()) ? ablations.reference() : group.label();
  }

  private String rate(String gate) {
    OptionalDouble rate = study.rate(gate);
    return rate.isPresent() ? StudyRun.plain(rate.getAsDouble()) : "-";
  }

  private MarkdownTable speed() {
    MarkdownTable table =
        new MarkdownTable(
            "gate",
            "seeds that reached it",
            "tokens",
            "training FLOPs",
            "speed-up in tokens",
            "speed-up in FLOPs");
    for (Group group : gates) {
      baseline.ifPresent(base -> table.row(speed(group, base)));
    }
    return table;
  }

  private static String[] speed(Group group, Group base) {
    List<Long> seeds = group.shared(base);
    List<Double> tokens = new ArrayList<>();
    List<Double> flops = new ArrayList<>();
    List<Double> byTokens = new ArrayList<>();
    List<Double> byFlops = new ArrayList<>();
    for (long seed : seeds) {
      RunResult goal = base.run(seed).result();
      Reached.of(group.run(seed), goal.validLoss())
          .ifPresent(
              reached -> {
                tokens.add(reached.tokens());
                flops.add(reached.flops());
                byTokens.add(goal.tokens() / reached.tokens());
                byFlops.add(goal.trainFlops() / reached.flops());
              });
    }
    return new String[] {
      group.label(),
      String.format(Locale.ROOT, "%d of %d", tokens.size(), seeds.size()),
      Spread.of(tokens).text(MarkdownTable::scientific),
      Spread.of(flops).text(MarkdownTable::scientific),
      Spread.of(byTokens).text(decimals(2)),
      Spread.of(byFlops).text(decimals(2))
    };
  }

  private MarkdownTable routing() {
    MarkdownTable table =
        new MarkdownTable(
            "gate",
            "active experts, all steps",
            "at the end",
            "load entropy, at the end",
            "drop rate",
            "routing fluctuation",
            "training FLOPs",
            "tokens/s");
    for (Group group : gates) {
      table.row(
          group.label(),
          group.ofMeasured(run -> Group.mean(run, StepRecord::activeExperts)).text(decimals(2)),
          group.ofMeasured(run -> run.result().activeExperts()).text(decimals(2)),
          group.ofMeasured(run -> run.result().loadEntropy()).text(decimals(3)),
          group.ofMeasured(run -> Group.mean(run, StepRecord::dropRate)).text(decimals(3)),
          group
              .ofMeasured(run -> Group.meanOfEvaluations(run, StepRecord::routingFluctuation))
              .text(decimals(3)),
          group.of(RunResult::trainFlops).text(MarkdownTable::scientific),
          group.of(RunResult::tokensPerSecond).text(decimals(0)));
    }
    return table;
  }

  private MarkdownTable ablations() {
    String reference = study.config().ablations().reference();
    String base = study.config().baseline();
    MarkdownTable table =
        new MarkdownTable(
            "variant",
            "seeds",
            "loss, nats a token",
            "minus %s, paired".formatted(reference),
            "95% interval",
            "minus %s, paired".formatted(base),
            "active experts at the end",
            "training FLOPs");
    for (Group group : Group.variants(study)) {
      Spread difference =
          named(reference).map(group::lossMinus).orElseGet(() -> Spread.of(List.of()));
      table.row(
          group.label(),
          Integer.toString(group.bySeed().size()),
          group.of(RunResult::validLoss).text(decimals(4)),
          difference.text(MarkdownTable.signed(4)),
          difference.interval(MarkdownTable.signed(4)),
          difference(group).text(MarkdownTable.signed(4)),
          group.ofMeasured(run -> run.result().activeExperts()).text(decimals(2)),
          group.of(RunResult::trainFlops).text(MarkdownTable::scientific));
    }
    return table;
  }

  private MarkdownTable rates() {
    List<Double> grid = study.config().learningRates().rates();
    List<String> titles = new ArrayList<>(List.of("gate"));
    grid.forEach(rate -> titles.add(StudyRun.plain(rate)));
    titles.add("taken");
    MarkdownTable table = new MarkdownTable(titles.toArray(String[]::new));
    for (String gate : study.config().gates()) {
      List<String> cells = new ArrayList<>(List.of(gate));
      for (StudyRun run : study.rateRuns(gate)) {
        cells.add(
            study
                .record(run)
                .map(found -> decimals(4).apply(found.result().validLoss()))
                .orElse("-"));
      }
      cells.add(rate(gate));
      table.row(cells.toArray(String[]::new));
    }
    return table;
  }

  private void missing(StringBuilder text) {
    List<String> names =
        study.runs().stream()
            .filter(run -> study.record(run).isEmpty())
            .map(StudyRun::name)
            .toList();
    if (!names.isEmpty()) {
      text.append("\n### Not run yet\n\n");
      text.append(
          String.format(Locale.ROOT, "%d runs: %s.\n", names.size(), String.join(", ", names)));
    }
  }
}
