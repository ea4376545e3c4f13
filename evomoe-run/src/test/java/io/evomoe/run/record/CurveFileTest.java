package io.evomoe.run.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.step.StepContext.Phase;
import io.evomoe.training.FakeTraining;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CurveFileTest {

  private static final String HEADER =
      "task,gate,seed,step,tokens,train_flops,wall_s,train_loss,valid_loss,aux_loss,temperature,"
          + "active_experts,load_entropy,drop_rate,dead_experts,routing_fluctuation\n";

  private static final RunName NAME = new RunName("gpt", "evomoe", 7);
  private static final Training TRAINING = new FakeTraining(NAME, 9);

  @TempDir Path folder;

  @Test
  void should_write_exactly_the_header_of_the_contract_once() throws IOException {
    try (CurveFile file = CurveFile.shared(path(), List.of())) {
      assertThat(Files.readString(path())).isEqualTo(HEADER);
      file.onStep(row(1, 2.5), TRAINING);
    }
    RecordedRun earlier = new RecordedRun(NAME, CurveFile.read(path()), List.of());
    CurveFile.shared(path(), List.of(earlier)).close();

    assertThat(Files.readString(path()))
        .isEqualTo(HEADER + "gpt,evomoe,7,1,1024,3.0E12,0.5,2.25,2.5,0.01,1.5,2.0,0.9,0.0,0.5,\n");
  }

  @Test
  void should_leave_fields_empty_that_were_not_measured() throws IOException {
    double none = Double.NaN;
    StepRecord bare =
        new StepRecord(
            5,
            Phase.DIVERSIFY,
            10,
            1,
            2,
            none,
            none,
            none,
            none,
            none,
            none,
            none,
            none,
            none,
            none,
            none,
            none,
            List.of());
    try (CurveFile file = CurveFile.shared(path(), List.of())) {
      file.onStep(bare, new FakeTraining(new RunName("mt", "dense", -1), 9));
    }

    assertThat(Files.readString(path())).isEqualTo(HEADER + "mt,dense,-1,5,10,1.0,2.0,,,,,,,,,\n");
    assertThat(CurveFile.read(path())).containsExactly(bare);
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        0.1 + 0.2,
        1.0 / 3,
        Double.MIN_VALUE,
        Double.MAX_VALUE,
        -0.0,
        Double.NaN,
        2.302585092994046
      })
  void should_read_losses_back_to_the_bit(double loss) {
    StepRecord row = row(1, loss);
    try (CurveFile file = CurveFile.shared(path(), List.of())) {
      file.onStep(row, TRAINING);
    }

    double read = CurveFile.read(path()).get(0).validLoss();

    assertThat(Double.doubleToRawLongBits(read)).isEqualTo(Double.doubleToRawLongBits(loss));
  }

  @Test
  void should_name_a_folder_that_cannot_be_written() throws IOException {
    Path occupied = Files.writeString(folder.resolve("out"), "a file, not a folder");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> CurveFile.shared(occupied.resolve(CurveFile.NAME), List.of()))
        .withMessageContaining(occupied.toString());
  }

  @Test
  void should_have_every_row_on_disk_while_the_run_goes_on() {
    try (CurveFile file = CurveFile.shared(path(), List.of())) {
      file.onStep(row(1, Double.NaN), TRAINING);
      assertThat(CurveFile.read(path())).hasSize(1);
      file.onStep(row(2, 3), TRAINING);
      assertThat(CurveFile.read(path())).containsExactly(row(1, Double.NaN), row(2, 3));
    }
  }

  @Test
  void should_read_the_complete_rows_of_a_file_cut_at_any_byte() throws IOException {
    List<StepRecord> rows = List.of(row(1, 3), row(2, 2));
    try (CurveFile file = CurveFile.shared(path(), List.of())) {
      rows.forEach(row -> file.onStep(row, TRAINING));
    }
    String whole = Files.readString(path());

    for (int length = 0; length <= whole.length(); length++) {
      String kept = whole.substring(0, length);
      Files.writeString(path(), kept);
      int complete = Math.max(0, (int) kept.chars().filter(c -> c == '\n').count() - 1);
      assertThat(CurveFile.read(path())).isEqualTo(rows.subList(0, complete));
    }
  }

  @Test
  void should_begin_with_the_steps_before_a_resumption() throws IOException {
    Files.writeString(path(), HEADER + "gpt,evomoe,7,9,1,1,1,,,,,,,,,\n");
    FakeTraining training = new FakeTraining(NAME, 9);
    training.take(row(1, 3), (step, unused) -> {});
    CurveFile file = CurveFile.in(folder);
    file.onStart(training);
    training.take(row(2, 2), file);
    file.onEnd(training);

    assertThat(CurveFile.read(path())).containsExactly(row(1, 3), row(2, 2));
  }

  @Test
  void should_say_that_a_file_is_not_text() throws IOException {
    Files.write(path(), new byte[] {(byte) 0xff, (byte) 0xfe, '\n'});

    assertThatIllegalArgumentException()
        .isThrownBy(() -> CurveFile.read(path()))
        .withMessageEndingWith("is not UTF-8");
  }

  @Test
  void should_name_the_line_that_is_damaged() throws IOException {
    Files.writeString(path(), HEADER + "gpt,evomoe,7\n");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> CurveFile.read(path()))
        .withMessageContaining(path().toString())
        .withMessageContaining("line 2")
        .withMessageContaining("16 fields, had 3");
  }

  @Test
  void should_shorten_a_number_that_fills_pages() throws IOException {
    Files.writeString(path(), HEADER + "gpt,evomoe," + "7".repeat(100_000) + ",".repeat(13) + "\n");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> CurveFile.read(path()))
        .withMessageContaining("is damaged at line 2: field step cannot be read")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1000));
  }

  @Test
  void should_refuse_a_file_with_another_header() throws IOException {
    Files.writeString(path(), "step,loss\n1,2\n");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> CurveFile.read(path()))
        .withMessageContaining("must begin with the header");
    assertThat(path()).hasContent("step,loss\n1,2\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a,b", "a\"b", "a\nb", " "})
  void should_refuse_a_gate_name_that_a_line_cannot_hold(String gate) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RunName("gpt", gate, 1))
        .withMessageContaining("gate");
  }

  private static StepRecord row(long step, double validLoss) {
    return new StepRecord(
        step,
        Phase.SOFT,
        1024 * step,
        3e12 * step,
        0.5 * step,
        Double.NaN,
        2.25,
        validLoss,
        0.01,
        Double.NaN,
        Double.NaN,
        1.5,
        2,
        0.9,
        0,
        0.5,
        Double.NaN,
        List.of());
  }

  private Path path() {
    return folder.resolve(CurveFile.NAME);
  }
}
