package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.evomoe.run.record.CurveFile;
import io.evomoe.training.StepRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Folders of runs that version 0.1.0 wrote, before and after the spawn of their experts ({@code
 * runs-0.1.0/README.md}). Numbers are compared within what another processor rounds differently.
 */
class EarlierVersionTest {
  private static final Path RUNS = Path.of("src/test/resources/runs-0.1.0");
  private static final int COMPARED = 10;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"gpt", "roberta", "mt"})
  void should_give_the_logits_that_it_gave(String task) throws IOException {
    CommandRun run =
        CommandRun.of("logits", "--checkpoint", copy(task).toString(), "--ids", "5,6,7", "--json");

    assertThat(run.code()).as(run.err()).isZero();
    ObjectMapper json = new ObjectMapper();
    double[] expected =
        json.readValue(
            RUNS.resolve(task).resolve("logits-after-step-60.json").toFile(), double[].class);
    assertThat(json.readValue(run.out(), double[].class)).containsExactly(expected, within(1e-4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt", "roberta", "mt"})
  void should_go_on_through_the_spawn_as_it_went_on(String task) throws IOException {
    Path run = copy(task);

    resume(run.resolve("checkpoints").resolve("step-00000000"), task);

    List<StepRecord> now = CurveFile.read(run.resolve(CurveFile.NAME));
    assertThat(now).hasSize(120);
    requireAlike(now, recorded(task));
    assertThat(activeExperts(now.get(119))).isLessThan(activeExperts(now.get(20)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt", "roberta", "mt"})
  void should_go_on_after_the_spawn_as_it_went_on(String task) throws IOException {
    Path run = copy(task);

    resume(run, task);

    List<StepRecord> now = CurveFile.read(run.resolve(CurveFile.NAME));
    // That version kept no log of the steps to go on with.
    assertThat(now).hasSize(60);
    requireAlike(now, recorded(task).subList(60, 120));
  }

  private static void resume(Path what, String task) {
    String data = RUNS.resolve(task.equals("mt") ? "pairs" : "prose").toString();
    CommandRun run = CommandRun.of("train", "--resume", what.toString(), "--data", data);
    assertThat(run.code()).as(run.err()).isZero();
  }

  private static void requireAlike(List<StepRecord> now, List<StepRecord> then) {
    for (int i = 0; i < COMPARED; i++) {
      assertThat(now.get(i).trainLoss())
          .as("loss of step %d", then.get(i).step())
          .isCloseTo(then.get(i).trainLoss(), within(1e-3));
    }
  }

  private static double activeExperts(StepRecord row) {
    return row.activeExperts();
  }

  private static List<StepRecord> recorded(String task) {
    return CurveFile.read(RUNS.resolve(task).resolve(CurveFile.NAME));
  }

  private Path copy(String task) throws IOException {
    Path from = RUNS.resolve(task);
    Path to = folder.resolve(task);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
    return to;
  }
}
