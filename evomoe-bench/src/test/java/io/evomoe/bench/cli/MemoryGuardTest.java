package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.evomoe.bench.cli.console.GracefulStop;
import io.evomoe.bench.cli.console.MemoryGuard;
import io.evomoe.bench.report.LiveReport;
import io.evomoe.bench.report.ReportData;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.TextProgress;
import io.evomoe.run.PreparedData;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.MemoryLimit;
import io.evomoe.run.task.MemoryLimit.ParameterTotal;
import java.io.IOException;
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
  void should_give_the_memory_of_a_small_model_in_smaller_units() {
    assertThat(MemoryLimit.text(4_100_000)).isEqualTo("3.9 MiB");
    assertThat(MemoryLimit.text(108_000_000)).isEqualTo("0.1 GiB");
  }

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
  void a_run_whose_model_takes_nearly_all_should_end_before_its_first_step_and_say_why()
      throws IOException {
    TinyRuns gpt = TinyRuns.everyTask(folder).get(0);
    RunConfig config = gpt.builder("switch", "20").config();
    Path out = OutputFolder.prepare(folder.resolve("out"));
    try (GracefulStop stop = new GracefulStop(() -> "");
        MemoryGuard guard = new MemoryGuard(GIBIBYTE, () -> 0.96 * (1 << 30), ended::add);
        PreparedData prepared =
            PreparedData.read(List.of(gpt.data()), config, out, TextProgress.NONE)) {
      prepared.saveTokenizer(out);
      guard.look();
      ComparedRun run = new ComparedRun(out, "switch-1", config, List.of(gpt.data()), "digest");
      ReportData report = Description.report("Runs", config, prepared.data(), List.of("prose"));
      LiveReport page = new LiveReport(out.resolve("report.html"), 0, report, "perplexity");

      page.add(run.train("switch", prepared, System.out, page, stop, guard));
      page.close();

      assertThatIllegalStateException()
          .isThrownBy(guard::requireWithin)
          .withMessageContaining("nearly all of --max-memory 1.0 GiB");
      assertThat(Files.readString(out.resolve("report.html")))
          .contains("switch (interrupted at step 0 of 20)");
    }
  }

  @Test
  void a_model_whose_parameters_do_not_fit_should_be_refused_before_anything_is_written()
      throws Exception {
    Path out = folder.resolve("out");
    CommandRun run =
        TinyRuns.everyTask(folder).get(0).train(out, "evomoe", "5", "--max-memory", "100k");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains(
            "gate evomoe: ",
            " parameters in ",
            " arrays, with gradients",
            "--max-memory",
            "model.hiddenSize");
    assertThat(out).doesNotExist();
  }

  @Test
  void many_small_arrays_should_be_refused_for_what_they_cost_beside_their_numbers()
      throws Exception {
    Path out = folder.resolve("out");
    CommandRun run =
        TinyRuns.everyTask(folder)
            .get(0)
            .train(
                out,
                "switch",
                "5",
                "--set=model.experts=65536",
                "--set=model.intermediateSize=2",
                "--max-memory",
                "1100m");

    assertThat(run.code()).as(run.out()).isEqualTo(2);
    assertThat(run.err())
        .contains("arrays, with gradients and optimizer moments, need 1.2 GiB, more than ");
    assertThat(out).doesNotExist();
  }

  @Test
  void a_model_that_the_java_heap_cannot_hold_should_be_refused() {
    MemoryLimit large = new MemoryLimit(1L << 40, "this machine's memory");
    ParameterTotal many = new ParameterTotal(1_000_000, 1_000_000, 1_000_000);

    assertThatCode(() -> large.requireRoomFor("switch", many, 4L << 30)).doesNotThrowAnyException();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> large.requireRoomFor("switch", many, 2L << 30))
        .withMessageContaining("2.6 GiB of the Java heap, which has 2.0 GiB");
  }

  @Test
  void a_run_above_its_limit_should_end_in_one_line_with_a_whole_checkpoint() throws Exception {
    Path out = folder.resolve("out");
    assertThat(TinyRuns.everyTask(folder).get(0).train(out, "evomoe", "5").code()).isZero();
    List<String> arguments =
        List.of("train", "--resume", "" + out, "--steps", "100000", "--max-memory", "150m");
    Path log = folder.resolve("log");
    Process process = CommandRun.process(arguments, log);

    assertThat(process.waitFor()).isEqualTo(1);
    assertThat(Files.readString(log))
        .contains("are in use", "--max-memory 0.1 GiB")
        .doesNotContain("\tat ");
    assertThat(CommandRun.of("eval", "--checkpoint", out.toString()).code()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"512m, 536870912", "4G, 4294967296", "1.5g, 1610612736", "2kb, 2048"})
  void should_read_sizes(String text, long bytes) {
    assertThat(MemoryGuard.limit(text).bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({"4", "-1g", "many", "0g", "g"})
  void should_refuse_what_is_not_a_size(String text) {
    CommandRun run = CommandRun.of("train", "--preset", "quick", "--max-memory", text);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("must be an amount of memory above 0", text);
  }
}
