package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryGuardTest {
  private static final MemoryLimit GIBIBYTE = new MemoryLimit(1 << 30, "--max-memory 1.0 GiB");

  @TempDir Path folder;
  private final List<String> ended = new ArrayList<>();

  @Test
  void should_leave_a_process_alone_that_is_well_within_its_limit() {
    try (MemoryGuard guard = new MemoryGuard(GIBIBYTE, () -> 0.9 * (1 << 30), ended::add)) {
      guard.look();
      assertThatCode(guard::requireWithin).doesNotThrowAnyException();
    }
    assertThat(ended).isEmpty();
  }

  @Test
  void should_stop_near_the_limit_and_end_at_once_above_it() {
    double[] resident = {0.96 * (1 << 30)};
    try (MemoryGuard guard = new MemoryGuard(GIBIBYTE, () -> resident[0], ended::add)) {
      guard.look();
      assertThatIllegalStateException()
          .isThrownBy(guard::requireWithin)
          .withMessageContaining("1.0 GiB are in use, nearly all of --max-memory 1.0 GiB");
      assertThat(ended).isEmpty();
      resident[0] = 1.1 * (1 << 30);
      guard.look();
    }
    assertThat(ended).isNotEmpty();
    assertThat(ended.get(0)).contains("1.1 GiB are in use, more than --max-memory 1.0 GiB");
  }

  @Test
  void a_model_whose_parameters_do_not_fit_should_be_refused_before_anything_is_written()
      throws Exception {
    Path out = folder.resolve("out");
    CommandRun run =
        TinyRuns.everyTask(folder).get(0).train(out, "evomoe", "5", "--max-memory", "100k");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("gate evomoe: ", " parameters with gradients", "--max-memory", "model.width");
    assertThat(out).doesNotExist();
  }

  @Test
  void a_run_above_its_limit_should_end_in_one_line_with_a_whole_checkpoint() throws Exception {
    Path out = folder.resolve("out");
    List<String> arguments =
        TinyRuns.everyTask(folder)
            .get(0)
            .trainArguments(out, "evomoe", "100000", "--max-memory", "150m");
    Path log = folder.resolve("log");
    Process process = ChildProcess.start(arguments, log);

    assertThat(process.waitFor()).isEqualTo(1);
    assertThat(Files.readString(log))
        .contains("are in use", "--max-memory 0.1 GiB")
        .doesNotContain("\tat ");
    assertThat(CommandRun.of("eval", "--checkpoint", out.toString()).code()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"512m, 536870912", "4G, 4294967296", "1.5g, 1610612736", "2kb, 2048"})
  void should_read_sizes(String text, long bytes) {
    assertThat(new MemorySize().convert(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({"4", "-1g", "many", "0g", "g"})
  void should_refuse_what_is_not_a_size(String text) {
    CommandRun run = CommandRun.of("train", "--preset", "quick", "--max-memory", text);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("must be an amount of memory above 0", text);
  }
}
