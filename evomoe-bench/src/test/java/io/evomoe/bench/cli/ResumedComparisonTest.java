package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.internal.files.FileTree;
import io.evomoe.run.record.CurveFile;
import io.evomoe.run.record.RunFiles;
import io.evomoe.run.record.RunResult;
import io.evomoe.training.StepRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A comparison goes on where it was. */
class ResumedComparisonTest extends TinyGpt {
  private static final String GATES = "evomoe,switch";

  @Test
  void finished_runs_should_be_taken_as_they_are_and_missing_ones_trained() throws IOException {
    Path out = folder.resolve("out");
    assertThat(gpt.compare(out, "evomoe", "30").code()).isZero();
    List<RunResult> first = RunResult.read(out.resolve(RunResult.FILE));

    CommandRun more = gpt.compare(out, GATES, "30");

    assertThat(more.code()).as(more.err()).isZero();
    assertThat(more.out()).contains("evomoe: already finished").doesNotContain("switch: finished");
    assertThat(RunResult.read(out.resolve(RunResult.FILE))).hasSize(2).startsWith(first.get(0));
    Path whole = folder.resolve("whole");
    gpt.compare(whole, GATES, "30");
    assertThat(TinyRuns.losses(out)).hasSize(60).isEqualTo(TinyRuns.losses(whole));
    assertThat(Files.readString(out.resolve("report.html"))).contains("evomoe", "switch");
  }

  @Test
  void runs_of_another_configuration_or_other_data_should_be_trained_anew() throws IOException {
    Path out = folder.resolve("out");
    gpt.compare(out, "switch", "20");

    assertThat(gpt.compare(out, "switch", "20").out()).contains("already finished");
    assertThat(gpt.compare(out, "switch", "25").out()).doesNotContain("already finished");
    assertThat(gpt.compare(out, "switch", "25").out()).contains("already finished");
    Files.writeString(gpt.data(), Files.readString(gpt.data()).replace("roads", "lakes"));
    assertThat(gpt.compare(out, "switch", "25").out()).doesNotContain("already finished");
    assertThat(CurveFile.read(out.resolve(CurveFile.NAME))).hasSize(25);
  }

  @Test
  void an_interrupted_run_should_go_on_after_a_comparison_without_it() throws IOException {
    Path out = folder.resolve("out");
    String[] often = {"--keep-models", "all", "--set", "training.checkpointEvery=10"};
    gpt.compare(out, "dense,switch", "20", often);
    List<String> whole = TinyRuns.losses(out);
    Path interrupted = out.resolve("runs/switch-1");
    Files.delete(interrupted.resolve(RunFiles.FINISHED));
    TinyRuns.deleteNewestCheckpoint(interrupted);

    gpt.compare(out, "dense", "20", often);
    assertThat(RunResult.read(out.resolve(RunResult.FILE)))
        .extracting(RunResult::gate)
        .containsExactly("dense");
    assertThat(Files.readString(out.resolve("report.html"))).doesNotContain(">switch</th>");
    CommandRun again = gpt.compare(out, "dense,switch", "20", often);

    assertThat(again.out()).contains("Resuming after step 10 of 20");
    assertThat(TinyRuns.losses(out)).isEqualTo(whole);
  }

  /** Or a later one would take the curve and the model of one for those of the other. */
  @Tag("long")
  @Test
  void nothing_of_another_configuration_should_be_left_where_a_run_begins() throws Exception {
    Path out = folder.resolve("out");
    String[] often = {"--keep-models", "all", "--set", "training.checkpointEvery=10"};
    gpt.compare(out, "switch", "20", often);
    Path run = out.resolve("runs/switch-1");
    Path finished = run.resolve(RunFiles.FINISHED);
    Process longer =
        CommandRun.process(
            gpt.compareArguments(out, "switch", "2000", often), folder.resolve("log"));
    while (longer.isAlive() && rows(out) < 30) {
      longer.waitFor(2, TimeUnit.MILLISECONDS);
    }
    longer.destroyForcibly().waitFor();

    assertThat(finished).doesNotExist();
    assertThat(CurveFile.read(run.resolve(CurveFile.NAME)))
        .startsWith(CurveFile.read(out.resolve(CurveFile.NAME)).toArray(StepRecord[]::new));
    assertThat(run.resolve(RunResult.FILE)).doesNotExist();
    assertThat(gpt.compare(out, "switch", "20", often).out()).doesNotContain("already finished");
  }

  @Tag("long")
  @Test
  void a_comparison_that_was_killed_should_end_like_one_that_was_not() throws Exception {
    Path whole = folder.resolve("whole");
    Path killed = folder.resolve("killed");
    String[] often = {"--set", "training.checkpointEvery=5"};
    assertThat(gpt.compare(whole, GATES, "200", often).code()).isZero();
    List<String> arguments = gpt.compareArguments(killed, GATES, "200", often);
    Process process = CommandRun.process(arguments, folder.resolve("log"));
    while (process.isAlive() && rows(killed) < 250) {
      process.waitFor(2, TimeUnit.MILLISECONDS);
    }
    process.destroyForcibly().waitFor();
    assertThat(rows(killed)).isBetween(250, 399);

    CommandRun again = CommandRun.of(arguments.toArray(String[]::new));

    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.out())
        .contains("evomoe: already finished")
        .containsPattern("Resuming after step \\d+ of 200");
    assertThat(TinyRuns.losses(killed)).isEqualTo(TinyRuns.losses(whole));
    assertThat(RunResult.read(killed.resolve(RunResult.FILE)))
        .extracting(RunResult::validLoss)
        .isEqualTo(
            RunResult.read(whole.resolve(RunResult.FILE)).stream()
                .map(RunResult::validLoss)
                .toList());
  }

  @Tag("long")
  @Test
  void a_run_that_was_stopped_should_be_marked() throws Exception {
    Path out = folder.resolve("out");
    Path log = folder.resolve("log");
    List<String> arguments = gpt.compareArguments(out, "switch,dense", "3000");
    Process process = CommandRun.process(arguments, log);
    while (process.isAlive() && rows(out) < 30) {
      process.waitFor(2, TimeUnit.MILLISECONDS);
    }
    process.destroy();
    process.waitFor();

    assertThat(RunResult.read(out.resolve(RunResult.FILE)))
        .singleElement()
        .matches(RunResult::isInterrupted)
        .extracting(RunResult::plannedSteps)
        .isEqualTo(3000L);
    String marked = "switch (interrupted at step %d of 3000)".formatted(rows(out));
    assertThat(Files.readString(log)).contains(marked);
    assertThat(Files.readString(out.resolve("report.html"))).contains(marked);
  }

  @Test
  void a_link_in_its_place_should_be_named_and_what_it_points_to_stay() throws IOException {
    Path precious = Files.createDirectories(folder.resolve("precious/checkpoints"));
    Files.writeString(precious.resolve("model.safetensors"), "years of work");
    Path run = folder.resolve("out/runs/switch-1");
    for (Path link : List.of(run.resolve("checkpoints"), run, run.getParent())) {
      Files.createDirectories(link.getParent());
      Path target = link.endsWith("checkpoints") ? precious : precious.getParent();
      Files.createSymbolicLink(link, target);

      CommandRun refused = gpt.compare(folder.resolve("out"), "switch", "20");

      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err()).contains("evomoe: " + link + " is a symbolic link");
      assertThat(precious.resolve("model.safetensors")).hasContent("years of work");
      Files.delete(link);
      FileTree.delete(folder.resolve("out"));
    }
  }

  private static int rows(Path out) {
    Path curves = out.resolve(CurveFile.NAME);
    return Files.exists(curves) ? CurveFile.read(curves).size() : 0;
  }
}
