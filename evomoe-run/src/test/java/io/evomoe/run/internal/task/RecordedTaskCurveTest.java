package io.evomoe.run.internal.task;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.evomoe.run.task.Tasks;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** The gates of the study, which has all tasks, on the tasks beside gpt. */
@Tag("campaign")
class RecordedTaskCurveTest extends RecordedCurves {

  @BeforeEach
  void leave_out_the_portable_kernels() {
    assumeFalse(
        on("nd4j"),
        "on the portable kernels, which are several times slower: evomoe stands for all gates");
  }

  static Stream<String> runs() {
    return Stream.of(Tasks.ROBERTA, Tasks.TRANSLATION)
        .flatMap(
            task ->
                Stream.of("base", "dense", "dts", "hash", "softmix", "stablemoe", "switch", "topk")
                    .map(gate -> task + "-" + gate));
  }
}
