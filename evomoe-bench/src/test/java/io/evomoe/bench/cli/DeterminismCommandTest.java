package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/determinism.md promises. */
@Tag("long")
class DeterminismCommandTest {
  private static final Pattern DIFFERENCE = Pattern.compile("([\\d.e+-]+) of it");

  @TempDir Path folder;

  @Test
  void should_find_the_same_bits_where_they_are_promised_and_close_numbers_elsewhere()
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of("bench", "determinism"));
    arguments.addAll(
        TinyRuns.everyTask(folder).get(0).options("--steps", "15", "--precision", "f32"));

    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));

    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .containsPattern("another process +same")
        .containsPattern("resumed after half of the steps +same")
        .containsPattern("activations recomputed +same")
        .containsPattern("(?m)^[12] threads? +(same|differ)")
        .contains("portable kernels", "bf16");
    assertThat(run.err().lines().filter(line -> line.startsWith("[")))
        .hasSize(9)
        .contains("[1 of 9] training: reference", "[9 of 9] training: bf16");
    Matcher differences = DIFFERENCE.matcher(run.out());
    while (differences.find()) {
      assertThat(Double.parseDouble(differences.group(1))).as(run.out()).isLessThan(0.05);
    }
  }
}
