package io.evomoe.run.internal.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.models.llama.Llama;
import io.evomoe.moe.Routing;
import io.evomoe.nn.Parameter;
import io.evomoe.run.Run;
import io.evomoe.run.SmallTexts;
import io.evomoe.run.result.Measurement.EvalRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ExpertScoresTest {
  @TempDir Path folder;

  /** Expert 0: (0.5 x 5 + 0.5 x 0) / 2 over two passes; 1: 1 x 1; 2: 0.1 x 13; 3: no token. */
  @Test
  void should_average_weight_times_norm_over_the_tokens_of_each_expert() {
    ExpertScores scores = new ExpertScores(KernelSelection.forType(DataType.DOUBLE), 4);
    Routing.Builder first = new Routing.Builder(2, 4);
    first.assign(0, 0, 0.5);
    first.assign(1, 1, 1);
    scores.see(first.build(), Nd4j.createFromArray(new double[][] {{3, 4}, {0, 1}}));
    Routing.Builder second = new Routing.Builder(2, 4);
    second.assign(0, 0, 0.5);
    second.assign(1, 2, 0.1);
    scores.see(second.build(), Nd4j.createFromArray(new double[][] {{0, 0}, {5, 12}}));

    assertThat(scores.best(1)).containsExactly(2);
    assertThat(scores.best(2)).containsExactly(0, 2);
    assertThat(scores.best(3)).containsExactly(0, 1, 2);
  }

  @Test
  void should_keep_other_experts_in_each_layer_with_the_columns_of_their_router()
      throws IOException {
    try (Run<Llama> run =
        SmallTexts.llama(folder)
            .gate("topk")
            .model(m -> m.experts(4).moeEvery(1).numHiddenLayers(3))
            .in(folder.resolve("run"))) {
      run.train();
      Map<String, INDArray> old = arrays(run);
      EvalRequest text = EvalRequest.HELD_OUT.withBatches(4);
      try (Run<?> all = run.keepBest(4, text, folder.resolve("all"));
          Run<?> two = run.keepBest(2, text, folder.resolve("two"))) {
        assertThat(all.logits(5, 80, 7)).containsExactly(run.logits(5, 80, 7));
        assertThat(two.config().model().experts()).isEqualTo(2);
        Map<String, INDArray> kept = arrays(two);
        for (int b = 0; b < 3; b++) {
          String layer = "blocks.%d.feedForward.".formatted(b);
          INDArray router = of(kept, layer + "gate.weight");
          for (int e = 0; e < 2; e++) {
            int from = source(kept, old, layer, e);
            assertThat(router.getColumn(e))
                .isEqualTo(of(old, layer + "gate.weight").getColumn(from));
          }
        }
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> run.keepBest(5, text, folder.resolve("five")))
          .withMessage("experts to keep must be in 1..4, were 5");
    }
  }

  private static int source(
      Map<String, INDArray> kept, Map<String, INDArray> old, String layer, int expert) {
    String weight = layer + "experts.%d.expand.weight";
    for (int e = 0; e < 4; e++) {
      if (of(old, weight.formatted(e)).equals(of(kept, weight.formatted(expert)))) {
        return e;
      }
    }
    throw new AssertionError("no old expert is " + expert + " of " + layer);
  }

  private static INDArray of(Map<String, INDArray> arrays, String name) {
    return Objects.requireNonNull(arrays.get(name), name);
  }

  private static Map<String, INDArray> arrays(Run<?> run) {
    List<Parameter> parameters = run.model().parameters();
    return parameters.stream()
        .collect(Collectors.toMap(Parameter::name, parameter -> parameter.value().dup()));
  }
}
