package io.evomoe.bench.study;

import io.evomoe.bench.report.Spread;
import io.evomoe.bench.report.TextTable;
import io.evomoe.bench.report.TextTable.Column;
import io.evomoe.bench.study.Group.Reached;
import io.evomoe.bench.study.Study.StudyRun;
import io.evomoe.run.record.RunResult;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.training.StepRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A study's tables as Markdown, from what is recorded; what is not is named at the end. */
public final class StudyTables {
  /** The file's name in the folder of the results. */
  public static final String NAME = "tables.md";

  private static final int MOST_STEPS = 10;
  private static final String SIGNED = "%+.4f";
  private static final String SCIENTIFIC = "%.3g";

  private static final Column<Group> GATE = new Column<>("gate", Group::label);
  private static final Column<Group> SEEDS = new Column<>("seeds", g -> "" + g.bySeed().size());
  private static final Column<Group> LOSS =
      result("loss, nats a token", RunResult::validLoss, "%,.4f");
  private static final Column<Group> FLOPS =
      result("training FLOPs", RunResult::trainFlops, SCIENTIFIC);

  private final Study study;
  private final StudyConfig config;
  private final List<Group> gates;
  private final Optional<Group> baseline;
  private final StringBuilder text = new StringBuilder();

  private StudyTables(Study study) {
    this.study = study;
    this.config = study.config();
    this.gates = Group.shown(study);
    this.baseline = named(config.baseline());
  }

  /** All tables of a study. */
  public static String markdown(Study study) {
    return new StudyTables(study).text();
  }

  private String text() {
    List<String> missing =
        study.runs().stream()
            .filter(run -> study.record(run).isEmpty())
            .map(StudyRun::name)
            .toList();
    int all = study.runs().size();
    text.append(
        "Task %s, preset %s: %s of %s runs are recorded. ± is the standard deviation over seeds.\n"
            .formatted(config.task(), config.preset(), all - missing.size(), all));
    quality();
    baseline.ifPresent(this::paired);
    speed();
    routing();
    if (!config.ablations().variants().isEmpty()) {
      ablations();
    }
    List<String> tried =
        config.gates().stream()
            .filter(gate -> !config.learningRates().toTry(gate).isEmpty())
            .toList();
    if (!tried.isEmpty()) {
      rates(tried);
    }
    if (!missing.isEmpty()) {
      text.append(
          "\n### Not run yet\n\n%s runs: %s.\n"
              .formatted(missing.size(), String.join(", ", missing)));
    }
    return text.toString();
  }

  private static String text(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private static Column<Group> result(
      String title, ToDoubleFunction<RunResult> value, String format) {
    return new Column<>(title, group -> group.of(value).text(format));
  }

  private static Column<Group> measured(
      String title, ToDoubleFunction<Outcome> value, String format) {
    return new Column<>(title, group -> group.ofMeasured(value).text(format));
  }

  private <T> void section(String title, List<T> rows, List<Column<T>> columns) {
    text.append("\n### %s\n\n%s".formatted(title, TextTable.of(rows, columns).markdown()));
  }

  private Optional<Group> named(String label) {
    return gates.stream().filter(group -> group.label().equals(label)).findFirst();
  }

  private void quality() {
    String metric =
        gates.stream()
            .flatMap(group -> group.bySeed().values().stream())
            .map(run -> run.result().metricName())
            .findFirst()
            .orElse("metric");
    section(
        "Validation loss",
        gates,
        List.of(
            GATE,
            SEEDS,
            new Column<>("learning rate", group -> rate(gate(group))),
            LOSS,
            result(metric, RunResult::validMetric, "%,.2f"),
            minus(config.baseline()),
            interval(config.baseline())));
  }

  private Column<Group> minus(String label) {
    return new Column<>(
        "minus %s, paired".formatted(label), group -> difference(group, label).text(SIGNED));
  }

  private Column<Group> interval(String label) {
    return new Column<>("95% interval", group -> difference(group, label).interval(SIGNED));
  }

  /** None to compare itself with. */
  private Spread difference(Group group, String label) {
    return named(label)
        .filter(base -> !base.label().equals(group.label()))
        .map(group::lossMinus)
        .orElseGet(() -> Spread.of(List.of()));
  }

  /** Variants have the learning rate of the gate that they are of. */
  private String gate(Group group) {
    StudyConfig.Ablations ablations = config.ablations();
    return ablations.shownLabels().contains(group.label()) ? ablations.reference() : group.label();
  }

  private String rate(String gate) {
    return study.rate(gate).map(StudyRun::plain).orElse("-");
  }

  /** How far runs are from others with the same seeds: by seed, and on their way. */
  private void paired(Group base) {
    List<Group> all =
        Stream.concat(gates.stream(), Group.variants(study).stream()).distinct().toList();
    Stream<Column<Group>> steps =
        steps(base).stream()
            .map(step -> new Column<>("step " + step, group -> mean(group.lossMinus(base, step))));
    Group first = gates.get(0);
    Stream<Column<Group>> against =
        Stream.of(
            new Column<>("minus", Group::label),
            new Column<>("mean", other -> first.lossMinus(other).text(SIGNED)),
            new Column<>("95% interval", other -> first.lossMinus(other).interval(SIGNED)));
    section(
        "Minus %s, by seed".formatted(base.label()),
        others(all, base),
        Stream.concat(Stream.of(GATE), bySeed(group -> group, group -> base)).toList());
    section(
        "Minus %s on the way, mean over pairs".formatted(base.label()),
        others(gates, base),
        Stream.concat(Stream.of(GATE), steps).toList());
    section(
        "%s minus each other gate, paired".formatted(first.label()),
        others(gates, first),
        Stream.concat(against, bySeed(group -> first, group -> group)).toList());
  }

  /** The difference of two groups, for each seed that both have. */
  private Stream<Column<Group>> bySeed(UnaryOperator<Group> of, UnaryOperator<Group> base) {
    return config.seeds().stream()
        .map(
            seed ->
                new Column<>(
                    "seed " + seed,
                    group -> of.apply(group).only(seed).lossMinus(base.apply(group)).text(SIGNED)));
  }

  private static String mean(Spread differences) {
    return differences.count() == 0 ? "-" : text(SIGNED, differences.mean());
  }

  private static List<Group> others(List<Group> groups, Group gate) {
    return groups.stream().filter(group -> !group.label().equals(gate.label())).toList();
  }

  /** About {@value #MOST_STEPS} of the steps with an evaluation, the last included. */
  private static List<Long> steps(Group base) {
    List<StepRecord> all = Group.evaluations(base.bySeed().firstEntry().getValue());
    int stride = (all.size() + MOST_STEPS - 1) / MOST_STEPS;
    return IntStream.range(0, all.size())
        .filter(i -> (all.size() - 1 - i) % stride == 0)
        .mapToObj(i -> all.get(i).step())
        .toList();
  }

  private void speed() {
    section(
        "Cost to reach the final loss of %s".formatted(config.baseline()),
        baseline.isPresent() ? gates : List.of(),
        List.of(
            GATE,
            new Column<>("seeds that reached it", this::reached),
            reached("tokens", (run, goal) -> run.tokens(), SCIENTIFIC),
            reached("training FLOPs", (run, goal) -> run.flops(), SCIENTIFIC),
            reached("speed-up in tokens", (run, goal) -> goal.tokens() / run.tokens(), "%,.2f"),
            reached("speed-up in FLOPs", (run, goal) -> goal.trainFlops() / run.flops(), "%,.2f")));
  }

  private String reached(Group group) {
    Group base = baseline.orElseThrow();
    int reached = group.reached(base, (run, goal) -> 0).count();
    return reached + " of " + group.shared(base).size();
  }

  private Column<Group> reached(
      String title, ToDoubleBiFunction<Reached, RunResult> value, String format) {
    return new Column<>(title, group -> group.reached(baseline.orElseThrow(), value).text(format));
  }

  private void routing() {
    section(
        "Routing and cost",
        gates,
        List.of(
            GATE,
            measured(
                "active experts, all steps",
                run -> Group.mean(run, StepRecord::activeExperts),
                "%,.2f"),
            measured("at the end", run -> run.result().activeExperts(), "%,.2f"),
            measured("load entropy, at the end", run -> run.result().loadEntropy(), "%,.3f"),
            measured("drop rate", run -> Group.mean(run, StepRecord::dropRate), "%,.3f"),
            measured(
                "routing fluctuation",
                run -> Group.meanOfEvaluations(run, StepRecord::routingFluctuation),
                "%,.3f"),
            FLOPS,
            result("tokens/s", RunResult::tokensPerSecond, "%,.0f")));
  }

  private void ablations() {
    String reference = config.ablations().reference();
    section(
        "Variants of " + reference,
        Group.variants(study),
        List.of(
            new Column<>("variant", Group::label),
            SEEDS,
            LOSS,
            minus(reference),
            interval(reference),
            minus(config.baseline()),
            measured("active experts at the end", run -> run.result().activeExperts(), "%,.2f"),
            FLOPS));
  }

  private void rates(List<String> tried) {
    List<Column<String>> columns = new ArrayList<>();
    columns.add(new Column<>("gate", gate -> gate));
    for (double rate : config.learningRates().rates()) {
      columns.add(new Column<>(StudyRun.plain(rate), gate -> lossAt(gate, rate)));
    }
    columns.add(new Column<>("taken", this::rate));
    section("Learning rates", tried, columns);
  }

  /** The validation loss of a gate with a learning rate that was tried. */
  private String lossAt(String gate, double rate) {
    return study.rateRuns(gate).stream()
        .filter(run -> run.rate() == rate)
        .flatMap(run -> study.record(run).stream())
        .map(run -> text("%,.4f", run.result().validLoss()))
        .findFirst()
        .orElse("-");
  }
}
