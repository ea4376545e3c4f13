package io.evomoe.run.tensorboard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.run.Run;
import io.evomoe.run.SmallTexts;
import io.evomoe.run.record.StepFile;
import io.evomoe.training.Callback;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Event files as an independent reader, in Python's standard library, finds them. */
@Tag("long")
class TensorBoardInPythonTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path READER = Path.of("src/test/python/read_events.py");

  @TempDir Path folder;

  @BeforeEach
  void leave_out_where_there_is_none() {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(path -> Files.isExecutable(Path.of(path, "python3"))),
        "python3 is not installed");
  }

  @Test
  void should_hold_every_number_of_the_log_of_a_run_that_was_stopped_and_went_on()
      throws IOException, InterruptedException {
    Path out = folder.resolve("run");
    try (Run<Gpt> run = SmallTexts.gpt(folder).in(out)) {
      run.train(TensorBoard.in(out), stopAt(13));
    }
    deleteNewestCheckpoint(out);
    assertThat(TensorBoard.isIn(out)).isTrue();
    try (Run<?> again = Run.open(out)) {
      assertThat(again.steps()).as("three steps are lost").isEqualTo(10);
      again.train(TensorBoard.in(out));
    }

    List<JsonNode> values = read(out.resolve(TensorBoard.NAME));

    assertThat(values.stream().map(value -> value.get("file")).distinct()).hasSize(2);
    assertThat(scalars(values)).isEqualTo(logged(out)).hasSizeGreaterThan(20 * 10);
    assertThat(values.stream().filter(value -> value.has("text")))
        .extracting(value -> value.get("step").asLong() + value.get("tag").asText())
        .containsExactly("10samples/continued", "20samples/continued");
    assertThat(loads(values)).isEqualTo(loggedLoads(out)).isNotEmpty();
  }

  private static Callback stopAt(long last) {
    return (step, training) -> {
      if (step.step() == last) {
        training.requestStop();
      }
    };
  }

  /** What a kill after the last checkpoint but one leaves. */
  private static void deleteNewestCheckpoint(Path run) throws IOException {
    try (Stream<Path> files = Files.walk(run.resolve("checkpoints/step-00000013"))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static Map<String, Float> scalars(List<JsonNode> values) {
    Map<String, Float> scalars = new TreeMap<>();
    for (JsonNode value : values) {
      if (value.has("scalar")) {
        String key = value.get("step").asLong() + " " + value.get("tag").asText();
        assertThat(scalars.put(key, value.get("scalar").floatValue())).as("%s twice", key).isNull();
      }
    }
    return scalars;
  }

  private static Map<String, Float> logged(Path run) throws IOException {
    Map<String, Float> numbers = new TreeMap<>();
    for (String line : Files.readAllLines(run.resolve(StepFile.NAME))) {
      JsonNode step = JSON.readTree(line);
      String prefix = step.get("step").asLong() + " ";
      put(numbers, prefix, step);
      step.get("layers")
          .forEach(layer -> put(numbers, prefix + layer.get("layer").asText() + "/", layer));
    }
    return numbers;
  }

  private static void put(Map<String, Float> numbers, String prefix, JsonNode fields) {
    fields
        .properties()
        .forEach(
            field -> {
              if (field.getValue().isNumber() && !field.getKey().matches("step|seed")) {
                numbers.put(prefix + field.getKey(), (float) field.getValue().asDouble());
              }
            });
  }

  private static List<String> loads(List<JsonNode> values) {
    List<String> loads = new ArrayList<>();
    for (JsonNode value : values) {
      JsonNode histogram = value.path("histogram");
      if (!histogram.isMissingNode()) {
        List<Integer> load = new ArrayList<>();
        histogram.get("bucket").forEach(bucket -> load.add(bucket.intValue()));
        loads.add(value.get("step").asLong() + " " + value.get("tag").asText() + " " + load);
        assertThat(histogram.get("min").asDouble()).isEqualTo(-0.5);
        assertThat(histogram.get("max").asDouble()).isEqualTo(load.size() - 0.5);
      }
    }
    return loads;
  }

  private static List<String> loggedLoads(Path run) {
    return StepFile.read(run.resolve(StepFile.NAME)).stream()
        .flatMap(
            step ->
                step.layers().stream()
                    .map(layer -> step.step() + " " + layer.layer() + "/load " + layer.load()))
        .toList();
  }

  private static List<JsonNode> read(Path events) throws IOException, InterruptedException {
    Process reader =
        new ProcessBuilder("python3", READER.toString(), events.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<JsonNode> values = new ArrayList<>();
    for (String line : new String(reader.getInputStream().readAllBytes(), UTF_8).lines().toList()) {
      values.add(JSON.readTree(line));
    }
    assertThat(reader.waitFor()).isZero();
    return values;
  }
}
