package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.evomoe.run.record.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The report of a run that was resumed is that of the whole run. */
class ResumedReportTest extends TinyGpt {
  private static final Pattern DATA =
      Pattern.compile(
          "<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL);

  @Test
  void a_run_resumed_at_its_end_should_keep_its_speed_and_the_load_of_its_experts()
      throws IOException {
    gpt.train(out, "switch", "12");
    RunResult before = result();
    JsonNode load = reported().get("load");

    resume(out);

    assertThat(result().tokensPerSecond()).isEqualTo(before.tokensPerSecond());
    assertThat(reported().get("load")).isNotEmpty().isEqualTo(load);
    assertThat(Files.readString(out.resolve("report.html")).lines())
        .contains("<title>EvoMoE training: gpt, switch, seed 1</title>")
        .anyMatch(line -> line.startsWith("<p>The data is ") && line.contains("prose.txt"));
  }

  @Test
  void the_speed_of_a_run_should_be_over_all_steps_that_were_timed() throws IOException {
    gpt.train(out, "switch", "12", "--set", "training.checkpointEvery=11");
    TinyRuns.deleteNewestCheckpoint(out);

    resume(out);

    assertThat(result().tokensPerSecond()).as("steps 2 to 11; 12 is a first one").isFinite();
    assertThat(reported().get("step")).hasSize(12);
    assertThat(reported().get("load")).isNotEmpty();
  }

  @Test
  void other_data_of_a_resumed_run_should_be_marked_where_it_begins_and_stay_so()
      throws IOException {
    gpt.train(out, "switch", "12");
    Path first = gpt.data();
    Path other = Files.copy(first, folder.resolve("other.txt"));
    Files.writeString(other, "One more line on other roads.\n", StandardOpenOption.APPEND);

    resume(out, "--steps", "14", "--data", other.toString());
    JsonNode once = reported().get("changes");
    resume(out, "--steps", "16", "--data", first.toString());

    assertThat(once.toString()).isEqualTo("[{\"step\":12,\"label\":\"data: other.txt\"}]");
    assertThat(reported().get("changes").toString())
        .isEqualTo(
            "[{\"step\":12,\"label\":\"data: other.txt\"},{\"step\":14,\"label\":\"data: %s\"}]"
                .formatted(first.getFileName()));
    assertThat(Files.readString(out.resolve("report.html")))
        .contains("Until step 12 the data is %s, then %s.".formatted(first, other));
  }

  private static void resume(Path run, String... more) {
    List<String> command = new ArrayList<>(List.of("train", "--resume", run.toString()));
    command.addAll(List.of(more));
    CommandRun resumed = CommandRun.of(command.toArray(String[]::new));
    assertThat(resumed.code()).as(resumed.err()).isZero();
  }

  private RunResult result() {
    return RunResult.read(out.resolve(RunResult.FILE)).get(0);
  }

  private JsonNode reported() throws IOException {
    Matcher data = DATA.matcher(Files.readString(out.resolve("report.html")));
    assertThat(data.find()).isTrue();
    return new ObjectMapper().readTree(data.group(1)).get(0);
  }
}
