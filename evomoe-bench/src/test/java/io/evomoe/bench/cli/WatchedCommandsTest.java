package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.run.record.StepFile;
import io.evomoe.run.record.StepRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedCommandsTest {
  @TempDir Path folder;
  private TinyRuns gpt;
  private Path out;

  @BeforeEach
  void write_a_text() throws IOException {
    gpt = TinyRuns.everyTask(folder).get(0);
    out = folder.resolve("run");
  }

  @Test
  void train_should_leave_a_log_event_files_and_a_page_that_is_over() throws IOException {
    gpt.train(out, "evomoe", "12", "--tensorboard", "--report-every", "1").succeeded();

    assertThat(steps(out)).containsExactlyElementsOf(upTo(12));
    assertThat(eventFiles(out)).isEqualTo(1);
    assertThat(Files.readString(out.resolve("report.html"))).doesNotContain("id=\"live\"");
  }

  @Test
  void a_run_with_event_files_should_be_given_more_when_it_is_resumed() throws IOException {
    gpt.train(out, "switch", "12", "--tensorboard", "--set", "training.checkpointEvery=8")
        .succeeded();
    TinyRuns.deleteNewestCheckpoint(out);

    CommandRun.of("train", "--resume", out.toString(), "--report-every", "1").succeeded();

    assertThat(steps(out)).containsExactlyElementsOf(upTo(12));
    assertThat(eventFiles(out)).isEqualTo(2);
  }

  @Test
  void compare_should_leave_a_log_in_the_folder_of_each_run() throws IOException {
    gpt.compare(out, "switch,dense", "6", "--tensorboard").succeeded();

    for (String run : List.of("switch-1", "dense-1")) {
      assertThat(steps(out.resolve("runs").resolve(run))).containsExactlyElementsOf(upTo(6));
      assertThat(eventFiles(out.resolve("runs").resolve(run))).isEqualTo(1);
    }
    assertThat(out.resolve(StepFile.NAME)).doesNotExist();
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

  private static long eventFiles(Path run) throws IOException {
    try (Stream<Path> files = Files.list(run.resolve("tensorboard"))) {
      return files.count();
    }
  }
}
