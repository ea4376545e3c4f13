package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.evomoe.bench.cli.console.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code bench step --threads}; in processes of their own, because threads are kept. */
@Tag("long")
class StepThreadsTest {
  private static final List<String> SMALL =
      List.of(
          ("bench step --json --layers 2 --d-model 16 --d-ff 32 --heads 2 --vocab 64 --seq 8"
                  + " --batch 2 --steps 1 --warmup 1")
              .split(" "));

  @TempDir Path folder;

  @Test
  void one_thread_should_be_what_the_kernels_have_whatever_the_environment_says() throws Exception {
    Path log = folder.resolve("log");
    List<String> arguments = new ArrayList<>(SMALL);
    arguments.addAll(List.of("--threads", "1"));

    Process step = ChildProcess.start(arguments, log, Map.of(), Map.of("OMP_NUM_THREADS", "2"));

    assertThat(step.waitFor()).as(Files.readString(log)).isZero();
    String line =
        Files.readString(log).lines().filter(l -> l.startsWith("{")).findAny().orElseThrow();
    JsonNode speed = new ObjectMapper().readTree(line);
    assertThat(speed.get("threads").asInt()).isEqualTo(1);
    assertThat(speed.get("floor_ratio").asDouble() * speed.get("floor_ms").asDouble())
        .isCloseTo(speed.get("ms_per_step").asDouble(), withPercentage(0.01));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sequence", "batch", "warmup", "steps"})
  void a_number_below_one_should_be_refused(String name) {
    List<String> arguments = new ArrayList<>(SMALL);
    int option = arguments.indexOf("--" + name.replace("sequence", "seq"));
    arguments.set(option + 1, "0");

    CommandRun.of(arguments.toArray(String[]::new)).refused(name + " must be at least 1, was 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "100000"})
  void a_number_that_there_cannot_be_should_be_refused(String threads) {
    List<String> arguments = new ArrayList<>(SMALL);
    arguments.addAll(List.of("--threads", threads));

    CommandRun.of(arguments.toArray(String[]::new))
        .refused(
            "threads must be in 1..%d, the processors of this machine, was %s"
                .formatted(Runtime.getRuntime().availableProcessors(), threads));
  }
}
