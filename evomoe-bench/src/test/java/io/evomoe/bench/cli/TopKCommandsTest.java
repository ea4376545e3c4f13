package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code eval --experts-per-token} and {@code export --experts-per-token}, as a user calls them.
 */
class TopKCommandsTest {
  private static final Pattern LOSS = Pattern.compile("loss (\\d+\\.\\d{4}) nats");
  private static final Pattern DIFFERENCE = Pattern.compile(", ([+-]\\d+\\.\\d{4}) nats$");

  /** So fast that a tiny model has learnt to prefer some experts. */
  private static final String FAST = "training.learningRate=0.03";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  @Tag("long")
  void export_should_print_the_losses_that_eval_gives_and_write_the_same_weights(int task)
      throws IOException {
    TinyRuns tiny = TinyRuns.everyTask(folder).get(task);
    Path run = folder.resolve("run");
    ok(tiny.train(run, "dts", "30", "--set", FAST, "--set", "model.experts=8"));

    String printed = export(run, "with", "--experts-per-token", "2");
    export(run, "without");

    List<Double> losses = losses(printed);
    assertThat(losses).containsExactly(eval(run), eval(run, "--experts-per-token", "2"));
    assertThat(printed).contains("as the gate routes: loss ", "2 experts a token: loss ");
    assertThat(difference(printed))
        .isNotZero()
        .isCloseTo(losses.get(1) - losses.get(0), within(1.01e-4));
    assertThat(folder.resolve("with/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("without/model.safetensors"));
  }

  @Test
  void a_run_that_ended_hard_should_lose_nothing_by_the_experts_that_it_ended_with()
      throws IOException {
    TinyRuns tiny = TinyRuns.everyTask(folder).get(0);
    Path run = folder.resolve("run");
    String[] hard = {
      "--set",
      "evolution.finalTopK=3",
      "--set",
      "evolution.hardFrom=10",
      "--set",
      FAST,
      "--set",
      "gateOptions.evomoe.prior=none"
    };
    ok(tiny.train(run, "evomoe", "30", hard));

    String three = export(run, "three", "--experts-per-token", "3");
    String one = export(run, "one", "--experts-per-token", "1");

    assertThat(losses(three)).containsExactly(eval(run), eval(run));
    assertThat(difference(three)).isZero();
    assertThat(losses(one).get(0)).isEqualTo(eval(run));
    assertThat(difference(one)).isNotZero();
    assertThat(one).contains("1 expert a token: loss ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hash | 2 | expertsPerToken must be left out, was 2: gate hash looks up its expert by the token's id",
        "dense | 1 | expertsPerToken must be left out",
        "topk | 1 | expertsPerToken must be 2 for gate topk, which gives a token that many",
        "dts | 5 | expertsPerToken must be at most the experts, 4, was 5",
        "dts | 0 | expertsPerToken must be at least 1, was 0",
        "evomoe | 2 | gate evomoe has one expert in each layer and does not route",
      })
  void a_gate_that_cannot_do_so_should_be_refused_in_one_line(String gate, String topK, String says)
      throws IOException {
    Path run = folder.resolve("run");
    String late = "evolution.diversifySteps=9";
    ok(TinyRuns.everyTask(folder).get(0).train(run, gate, "2", "--set", late));
    Path out = folder.resolve("out");

    refused(says, "eval", "--checkpoint", run, "--experts-per-token", topK);
    refused(says, "export", "--checkpoint", run, "--out", out, "--experts-per-token", topK);
    assertThat(out).doesNotExist();
  }

  private String export(Path run, String name, String... more) {
    List<Object> words =
        new ArrayList<>(List.of("export", "--checkpoint", run, "--out", folder.resolve(name)));
    words.addAll(Arrays.asList(more));
    return ok(CommandRun.of(words.toArray()));
  }

  private static double eval(Path run, String... more) {
    List<Object> words = new ArrayList<>(List.of("eval", "--checkpoint", run));
    words.addAll(Arrays.asList(more));
    String printed = ok(CommandRun.of(words.toArray()));
    assertThat(printed.contains("with top-")).isEqualTo(more.length > 0);
    return losses(printed).get(0);
  }

  private static List<Double> losses(String printed) {
    return LOSS.matcher(printed)
        .results()
        .map((MatchResult found) -> Double.valueOf(found.group(1)))
        .toList();
  }

  private static double difference(String printed) {
    List<Double> found =
        printed
            .lines()
            .flatMap(line -> DIFFERENCE.matcher(line).results())
            .map(match -> Double.valueOf(match.group(1)))
            .toList();
    assertThat(found).as(printed).hasSize(1);
    return found.get(0);
  }

  private static String ok(CommandRun run) {
    return run.succeeded().out();
  }

  private static void refused(String says, Object... words) {
    CommandRun.of(words).refused(says);
  }
}
