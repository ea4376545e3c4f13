package io.evomoe.run.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.evomoe.nn.RoutingReport;
import io.evomoe.training.FakeTraining;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.StepRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepFileTest {
  private static final List<RoutingReport> ROUTING =
      List.of(
          new RoutingReport("blocks.1.moe", 10, List.of(9, 6), List.of(), 5, 0.1, List.of()),
          new RoutingReport("blocks.3.moe", 10, List.of(0, 10), List.of(), 0, 0, List.of()));

  private static final RunName NAME = new RunName("gpt", "evomoe", 1);

  @TempDir Path folder;

  @Test
  void should_write_what_it_is_told_in_one_line_a_step() throws IOException {
    write(0, 1, 2);

    assertThat(Files.readString(path()).lines().skip(1))
        .containsExactly(
            "{\"task\":\"gpt\",\"gate\":\"evomoe\",\"seed\":1,\"step\":2,\"phase\":\"soft\","
                + "\"tokens\":20,\"train_flops\":6.0E9,\"wall_s\":2.0,\"step_s\":0.5,"
                + "\"train_loss\":2.5,\"valid_loss\":null,\"aux_loss\":0.1,\"gradient_norm\":null,"
                + "\"learning_rate\":0.001,\"temperature\":1.25,\"active_experts\":1.25,"
                + "\"load_entropy\":"
                + (ROUTING.get(0).loadEntropy() + 0.5) / 2
                + ",\"drop_rate\":0.125,\"dead_experts\":0.5,\"routing_fluctuation\":null,"
                + "\"layers\":[{\"layer\":\"blocks.1.moe\",\"tokens\":10,\"load\":[9,6],"
                + "\"max_over_mean\":1.2,\"active_experts\":1.5,\"load_entropy\":"
                + ROUTING.get(0).loadEntropy()
                + ",\"dead_experts\":0,\"dropped\":5,\"drop_rate\":0.25,\"aux_loss\":0.1},"
                + "{\"layer\":\"blocks.3.moe\",\"tokens\":10,\"load\":[0,10],"
                + "\"max_over_mean\":2.0,\"active_experts\":1.0,\"load_entropy\":0.5,"
                + "\"dead_experts\":1,\"dropped\":0,\"drop_rate\":0.0,\"aux_loss\":0.0}]}");
  }

  @Test
  void should_read_back_what_it_wrote() {
    write(0, 1, 3);

    assertThat(StepFile.read(path())).isEqualTo(records(1, 3));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 4, 7, 9})
  void should_hold_every_step_once_wherever_a_run_goes_on(long from) {
    write(0, 1, 7);
    write(from, from + 1, 9);

    assertThat(StepFile.read(path())).isEqualTo(recordsBut(from));
  }

  @Test
  void should_go_on_after_a_line_that_was_cut_by_a_kill() throws IOException {
    write(0, 1, 5);
    byte[] whole = Files.readAllBytes(path());
    List<String> before = Files.readAllLines(path());

    for (int cut = 1; cut < before.get(4).length(); cut += 37) {
      Files.write(path(), Arrays.copyOf(whole, whole.length - 1 - cut));
      write(4, 5, 6);
      assertThat(StepFile.read(path())).isEqualTo(records(1, 6));
    }
  }

  @Test
  void should_keep_steps_of_another_version_and_leave_out_what_is_none() throws IOException {
    Files.writeString(path(), "{\"step\":1,\"new_field\":7}\nnull\n\u0000\u0000\n[3]\n", UTF_8);
    Files.write(path(), new byte[] {(byte) 0xff, '\n'}, StandardOpenOption.APPEND);
    write(2, 3, 3);

    assertThat(Files.readAllLines(path()))
        .hasSize(2)
        .first()
        .isEqualTo("{\"step\":1,\"new_field\":7}");
  }

  @Test
  void should_name_the_line_that_is_no_step() throws IOException {
    write(0, 1, 1);
    Files.writeString(path(), "nonsense\n", StandardOpenOption.APPEND);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> StepFile.read(path()))
        .withMessageStartingWith(path() + " is damaged at line 2: ");
  }

  @Test
  void should_name_the_field_of_a_line_that_is_no_step_and_no_class_of_java() throws IOException {
    write(0, 1, 1);
    String line = Files.readString(path()).replaceFirst("\"step\": ?\\d+", "\"step\":{}");
    Files.writeString(path(), line);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> StepFile.read(path()))
        .withMessage(path() + " is damaged at line 1: field step cannot be read");
  }

  @Test
  void should_name_the_line_whose_layer_has_no_load() throws IOException {
    write(0, 1, 1);
    String line = Files.readString(path());
    Files.writeString(path(), line.replaceFirst("\"load\": ?\\[[^]]*]", "\"load\":null"));
    assertThat(Files.readString(path())).isNotEqualTo(line);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> StepFile.read(path()))
        .withMessageStartingWith(path() + " is damaged at line 1: ");
  }

  @Test
  void should_give_the_steps_up_to_a_checkpoint_without_their_layers() {
    write(0, 1, 7);

    RecordedRun earlier = StepFile.upTo(folder, NAME, 4);

    assertThat(earlier.steps())
        .isEqualTo(records(1, 4).stream().map(StepRecord::withoutLayers).toList());
    assertThat(earlier.lastRouting()).isEqualTo(record(4).layers());
    assertThat(StepFile.upTo(folder, NAME, 0).steps()).isEmpty();
    assertThat(StepFile.upTo(folder.resolve("none"), NAME, 4).steps()).isEmpty();
  }

  private void write(long from, long first, long last) {
    write(NAME, from, first, last);
  }

  private void write(RunName name, long from, long first, long last) {
    FakeTraining training = new FakeTraining(name, 9).from(from);
    StepFile file = StepFile.in(folder);
    file.onStart(training);
    records(first, last).forEach(step -> training.take(step, file));
    file.force();
    file.onEnd(training);
  }

  @Test
  void should_write_only_while_a_training_goes_on() {
    FakeTraining training = new FakeTraining(NAME, 9);
    StepFile file = StepFile.in(folder);

    assertThatIllegalStateException()
        .isThrownBy(() -> training.take(record(1), file))
        .withMessageContaining("is not open");
    file.onStart(training);
    training.take(record(1), file);
    file.force();
    file.onEnd(training);
    assertThat(StepFile.read(path())).hasSize(1);
  }

  private static List<StepRecord> records(long first, long last) {
    return LongStream.rangeClosed(first, last).mapToObj(StepFileTest::record).toList();
  }

  /** Nobody has taken a step between the seventh and the one after which the second went on. */
  private static List<StepRecord> recordsBut(long from) {
    return LongStream.rangeClosed(1, 9)
        .filter(step -> step <= Math.min(from, 7) || step > from)
        .mapToObj(StepFileTest::record)
        .toList();
  }

  /** A line has no histogram of a layer. */
  private static StepRecord record(long step) {
    return StepRecords.at(step).temperature(1.25).norm(Double.NaN).layers(ROUTING).record();
  }

  private Path path() {
    return folder.resolve(StepFile.NAME);
  }
}
