package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.testing.ResidentMemory;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

/** Models that are made, trained and closed, one after another, in one process. */
@Tag("long")
class ManyRunsTest {
  private static final int MODELS = 250;

  @TempDir Path folder;

  /**
   * Of 0.4 MB each with gradients and moments: 80 MB more after 200 of them, were they kept. The
   * JVM itself (compiled code, metadata) takes some 40 MB in that time where it compiles
   * thoroughly.
   */
  @Test
  void should_leave_the_memory_beside_the_heap_as_it_was() throws Exception {
    ResidentMemory.assumeKnown();
    assumeFalse(
        KernelSelection.forType(DataType.FLOAT).name().equals("nd4j"),
        "on the portable kernels, whose memory is that of the same allocator");
    List<Double> resident = new ArrayList<>();
    for (int i = 0; i < MODELS; i++) {
      try (Run<Gpt> run =
          SmallTexts.gpt(folder)
              .model(m -> m.hiddenSize(32).intermediateSize(64))
              .training(t -> t.steps(1))
              .in(folder.resolve("run-" + i))) {
        run.train();
        run.model();
      }
      if (i % 25 == 24) {
        collectGarbage();
        resident.add(ResidentMemory.megabytes() - heapMegabytes());
      }
    }

    System.out.println("resident MB beside the Java heap, after each 25 models: " + resident);
    double afterAFifth = resident.get(1);
    assertThat(resident.get(resident.size() - 1) - afterAFifth).isLessThan(60);
  }

  /** Arrays go when their Java objects are found to be garbage, and a thread has freed them. */
  private static void collectGarbage() throws InterruptedException {
    for (int i = 0; i < 2; i++) {
      System.gc();
      Thread.sleep(200);
    }
  }

  /** The heap grows as the JVM likes; arrays are outside. */
  private static double heapMegabytes() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted() / 1e6;
  }
}
