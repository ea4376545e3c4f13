package io.evomoe.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.training.FakeTraining;
import io.evomoe.training.RecordedRun.RunName;
import io.evomoe.training.StepRecord;
import io.evomoe.training.StepRecords;
import io.evomoe.training.Training;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CurveRecorderTest {
  @Test
  void should_come_back_from_its_file_to_the_bit(@TempDir Path folder) {
    CurveRecorder recorder = new CurveRecorder(1);
    recorder.record("a", 3, 0.1 + 0.2);
    recorder.record("a", 1, -1e-300);
    recorder.record("b", 2, Double.MAX_VALUE);
    Path file = folder.resolve("deep/curve.csv");

    recorder.curve().write(file);

    assertThat(Curve.read(file)).isEqualTo(recorder.curve());
  }

  @Test
  void should_take_down_each_so_manyth_step_of_a_trainer() {
    Training training = new FakeTraining(new RunName("gpt", "switch", 1), 9);
    CurveRecorder recorder = new CurveRecorder(2);
    recorder.onStep(step(1, 9), training);
    recorder.onStep(step(2, Double.NaN), training);
    recorder.onStep(step(3, Double.NaN), training);
    recorder.onStep(step(4, 2.75), training);

    Curve curve = recorder.curve();
    assertThat(curve.points(CurveRecorder.TRAIN_LOSS))
        .containsExactly(Map.entry(2L, 2.5), Map.entry(4L, 2.5));
    assertThat(curve.points(CurveRecorder.VALID_LOSS)).containsExactly(Map.entry(4L, 2.75));
    assertThat(curve.points(CurveRecorder.ACTIVE_EXPERTS)).containsValues(1.0);
  }

  private static StepRecord step(long step, double validLoss) {
    return StepRecords.at(step).valid(validLoss).record();
  }

  @Test
  void should_refuse_what_a_file_cannot_hold() {
    CurveRecorder recorder = new CurveRecorder(1);
    recorder.record("loss", 1, 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> recorder.record("loss", 1, 1))
        .withMessage("step of series loss must be new, was 1 again");
    assertThatIllegalArgumentException().isThrownBy(() -> recorder.record("a,b", 2, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> recorder.record("step", 2, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> recorder.record("loss", -1, 1))
        .withMessage("step must be at least 0, was -1");
    assertThatIllegalArgumentException().isThrownBy(() -> new CurveRecorder(0));
  }
}
