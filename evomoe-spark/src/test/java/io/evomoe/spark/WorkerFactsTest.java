package io.evomoe.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkerFactsTest {
  private static final long PARAMETERS = 100_000_000;
  private static final WorkerFacts FIT =
      new WorkerFacts("executor 0 on a", "linux-x86_64", "onednn", 4L << 30, "");

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @Test
  void should_say_where_the_workers_are() {
    require(FIT, FIT, FIT);

    assertThat(printed.toString(StandardCharsets.UTF_8))
        .isEqualToIgnoringNewLines("3 workers in [executor 0 on a]");
  }

  @Test
  void should_refuse_another_architecture() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                require(
                    FIT, new WorkerFacts("executor 1 on b", "linux-arm64", "onednn", 4L << 30, "")))
        .withMessage("executor 1 on b must be linux-x86_64 as the driver is, was linux-arm64");
  }

  @Test
  void should_refuse_other_kernels_which_would_give_other_bits() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> require(new WorkerFacts("executor 1 on b", "linux-x86_64", "nd4j", 4L << 30, "")))
        .withMessage(
            "executor 1 on b must compute with kernels onednn as the driver does, has nd4j");
  }

  @Test
  void should_refuse_too_little_memory_outside_of_the_heap() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                require(new WorkerFacts("executor 1 on b", "linux-x86_64", "onednn", 1L << 30, "")))
        .withMessage(
            "executor 1 on b must have 1,525 MB outside of the heap for 100,000,000 parameters with"
                + " gradients and moments, has 1,024 MB: set spark.executor.memoryOverhead");
  }

  @Test
  void should_pass_on_what_a_worker_could_not_do() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> require(new WorkerFacts("executor 1 on b", "x", "", 0, "no text")))
        .withMessage("executor 1 on b: no text");
  }

  private void require(WorkerFacts... workers) {
    PrintStream console = new PrintStream(printed, true, StandardCharsets.UTF_8);
    WorkerFacts.requireFit(List.of(workers), FIT, PARAMETERS, console);
  }
}
