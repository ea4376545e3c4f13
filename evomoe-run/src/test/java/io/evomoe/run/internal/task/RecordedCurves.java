package io.evomoe.run.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.junit.ConvergenceTest;
import io.evomoe.junit.CurveRecorder;
import io.evomoe.junit.Tolerance;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.moe.GateProvider;
import io.evomoe.run.task.Tasks;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.StepRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * 200 steps of a small model, against curves recorded once, on every kernel provider: each tenth
 * loss within 3 %, held-out losses within 1.5 %, active experts within 5 %, the balance of the load
 * within 5 %. Two providers round differently, and training amplifies it; a mistake in a gate, a
 * schedule or a gradient moves the curve by far more. Recorded anew with {@code
 * -Devomoe.record=true}.
 *
 * <p>A subclass names the runs, TASK-GATE, in a static method {@code runs}.
 */
@Tag("convergence")
abstract class RecordedCurves {
  private static final int STRIDE = 10;
  private static final int ENTROPY_STRIDE = 50;
  private static final String LOAD_ENTROPY = "load_entropy";

  @TempDir static Path folder;
  private static SmallRuns runs;

  @BeforeAll
  static void prepare_the_texts() {
    runs = new SmallRuns(folder);
  }

  /** Every gate that is installed. */
  static Stream<String> gates() {
    return GateProvider.installed().stream().map(GateProvider::name);
  }

  /** The task that a gate is tried on: gpt, unless it refuses. */
  static String task(String gate) {
    boolean causal = GateProvider.named(gate).refusal(true).isEmpty();
    return causal ? Tasks.GPT : Tasks.ROBERTA;
  }

  static boolean on(String kernels) {
    return KernelSelection.forType(DataType.FLOAT).name().equals(kernels);
  }

  @ConvergenceTest(
      curve = "{variant}",
      variants = "runs",
      tolerances = {
        @Tolerance(series = CurveRecorder.TRAIN_LOSS, band = 0.03, finalValue = 0.03, area = 0.01),
        @Tolerance(series = CurveRecorder.VALID_LOSS, band = 0.015, finalValue = 0.015),
        @Tolerance(series = CurveRecorder.ACTIVE_EXPERTS, band = 0.05, finalValue = 0.05),
        @Tolerance(series = LOAD_ENTROPY, band = 0.05, finalValue = 0.05)
      })
  void should_follow_the_recorded_curve(CurveRecorder curve, String run) {
    String[] names = run.split("-", 2);
    List<StepRecord> rows = trained(names[0], names[1]).steps();
    for (StepRecord row : rows) {
      if (row.step() % STRIDE == 0) {
        curve.record(CurveRecorder.ACTIVE_EXPERTS, row.step(), row.activeExperts());
        curve.record(CurveRecorder.TRAIN_LOSS, row.step(), row.trainLoss());
        if (row.evaluated()) {
          curve.record(CurveRecorder.VALID_LOSS, row.step(), row.validLoss());
        }
      }
      if (row.step() % ENTROPY_STRIDE == 0 && Double.isFinite(row.loadEntropy())) {
        curve.record(LOAD_ENTROPY, row.step(), row.loadEntropy());
      }
    }
    assertThat(rows.get(SmallRuns.STEPS - 1).validLoss()).isLessThan(rows.get(0).trainLoss() - 1);
  }

  static RecordedRun trained(String task, String gate) {
    return runs.run(SmallRuns.config(task, gate, SmallRuns.SEED));
  }
}
