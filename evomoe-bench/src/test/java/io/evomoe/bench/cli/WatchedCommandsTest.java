package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.run.record.StepFile;
import io.evomoe.training.StepRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class WatchedCommandsTest extends TinyGpt {
  @Test
  void train_should_leave_a_log_event_files_and_a_page_that_is_over() throws IOException {
    gpt.train(out, "evomoe", "12", "--tensorboard", "--report-every", "1").succeeded();

    assertThat(steps(out)).containsExactlyElementsOf(upTo(12));
    assertThat(eventFiles(out.resolve("tensorboard"))).isEqualTo(1);
    assertThat(Files.readString(out.resolve("report.html"))).doesNotContain("id=\"live\"");
  }

  @Test
  void a_run_with_event_files_should_be_given_more_when_it_is_resumed() throws IOException {
    gpt.train(out, "switch", "12", "--tensorboard", "--set", "training.checkpointEvery=8")
        .succeeded();
    TinyRuns.deleteNewestCheckpoint(out);

    CommandRun.of("train", "--resume", out.toString(), "--report-every", "1").succeeded();

    assertThat(steps(out)).containsExactlyElementsOf(upTo(12));
    assertThat(eventFiles(out.resolve("tensorboard"))).isEqualTo(2);
  }

  @Test
  void compare_should_leave_a_log_in_the_folder_of_each_run() throws IOException {
    gpt.compare(out, "switch,dense", "6", "--tensorboard").succeeded();

    for (String run : List.of("switch-1", "dense-1")) {
      assertThat(steps(out.resolve("runs").resolve(run))).containsExactlyElementsOf(upTo(6));
      assertThat(eventFiles(out.resolve("runs").resolve(run).resolve("tensorboard"))).isEqualTo(1);
    }
    assertThat(out.resolve(StepFile.NAME)).doesNotExist();
  }

  @Tag("long")
  @Test
  void finetune_should_leave_a_log_event_files_and_a_page_and_be_no_other_for_it()
      throws IOException {
    TinyRuns roberta = TinyRuns.everyTask(folder).get(1);
    Path masked = folder.resolve("masked");
    roberta.train(masked, "evomoe", "12").succeeded();
    Path classes = Files.writeString(folder.resolve("classes.tsv"), classes());
    String[] finetune = {"finetune", "--checkpoint=" + masked, "--data=" + classes, "--steps=8"};

    finetune(finetune, out, "--tensorboard", "--report-every=1").succeeded();
    Path unwatched = folder.resolve("unwatched");
    finetune(finetune, unwatched, "--report-every=0").succeeded();

    for (String part : List.of("scratch", "finetune")) {
      Path its = part.equals("scratch") ? out.resolve(part) : out;
      List<StepRecord> log = StepFile.read(its.resolve(StepFile.NAME));
      assertThat(log.stream().map(StepRecord::step)).containsExactlyElementsOf(upTo(8));
      assertThat(log).allSatisfy(step -> assertThat(step.layers()).isNotEmpty());
      assertThat(eventFiles(out.resolve("tensorboard").resolve(part))).isEqualTo(1);
    }
    assertThat(Files.readString(out.resolve("report.html")))
        .contains("<h2>Confusion</h2>", "\"label\":\"without pre-training\"")
        .contains("<dt>Model</dt><dd>gate evomoe, Roberta, numHiddenLayers 2, ")
        .doesNotContain("id=\"live\"", "architecture gpt");
    assertThat(Files.readString(masked.resolve("report.html")))
        .contains("<dt>Model</dt><dd>Roberta, ", "<h2>Expert use by token</h2>")
        .doesNotContain("architecture gpt", "Options ,");
    assertThat(TinyRuns.tuningLosses(unwatched)).isEqualTo(TinyRuns.tuningLosses(out));
    assertThat(unwatched.resolve("tensorboard")).doesNotExist();
    finetune(finetune, folder.resolve("none"), "--report-every=-1")
        .refused("--report-every must be at least 0, was -1");
    assertThat(folder.resolve("none")).doesNotExist();
  }

  private static CommandRun finetune(String[] command, Path out, String... more) {
    return CommandRun.of(
        Stream.of(command, new String[] {"--out=" + out}, more)
            .flatMap(Stream::of)
            .toArray(String[]::new));
  }

  private static String classes() {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      lines.append("sea\ta ship of %d\nland\ta road of %d\n".formatted(i, i));
    }
    return lines.toString();
  }

  @Test
  void should_refuse_a_time_below_zero() {
    gpt.train(out, "switch", "6", "--report-every", "-1")
        .refused("--report-every must be at least 0, was -1");
    assertThat(out.resolve("checkpoints")).doesNotExist();
  }

  private static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  private static List<Long> steps(Path run) {
    return StepFile.read(run.resolve(StepFile.NAME)).stream().map(StepRecord::step).toList();
  }

  private static long eventFiles(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }
}
