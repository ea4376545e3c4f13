package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.moe.Gate.TopKRouting;
import io.evomoe.step.StepContext;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** That a gate routes as its {@link TopKRouting} says: a part of {@link GateContract}. */
public abstract class GateTopKContract extends GateOptionsContract {
  private static final double EXACT = 1e-12;

  @Test
  void should_be_the_top_k_router_that_it_says_it_is() {
    TokenRows tokens = TokenRows.random(9, 1);
    everywhere(
        (scene, context, description) -> {
          StepContext evaluated = context.evaluating();
          TopKRouting said = scene.gate().topKRouting(context);
          assertThat(said).as(description).isEqualTo(scene.gate().topKRouting(evaluated));
          if (said instanceof TopKRouting.Fixed fixed) {
            RoutingTable.assertSame(
                RoutingTable.of(scene.route(tokens, evaluated).routing()),
                expected(fixed, tokens.array()),
                EXACT,
                description);
          } else {
            assertThat(((TopKRouting.Other) said).reason())
                .as(description)
                .matches("[a-z].*[^.]")
                .doesNotContain(provider().name() + " ");
          }
        });
  }

  /** From the formula, token by token. */
  private static double[][] expected(TopKRouting.Fixed fixed, INDArray tokens) {
    INDArray router = fixed.router().value();
    double[][] table = new double[(int) tokens.size(0)][(int) router.size(1) + 1];
    for (int s = 0; s < table.length; s++) {
      double[] z = logits(tokens, router, s);
      List<Integer> chosen =
          IntStream.range(0, z.length)
              .boxed()
              .sorted(Comparator.comparing(e -> -z[e]))
              .limit(fixed.experts())
              .toList();
      double sum =
          IntStream.range(0, z.length)
              .filter(e -> !fixed.renormalized() || chosen.contains(e))
              .mapToDouble(e -> Math.exp(z[e]))
              .sum();
      Arrays.fill(table[s], 0, z.length, -1);
      for (int e : chosen) {
        table[s][e] = Math.exp(z[e]) / sum;
      }
    }
    return table;
  }

  private static double[] logits(INDArray tokens, INDArray router, int s) {
    double[] z = new double[(int) router.size(1)];
    for (int e = 0; e < z.length; e++) {
      for (int j = 0; j < router.size(0); j++) {
        z[e] += tokens.getDouble(s, j) * router.getDouble(j, e);
      }
    }
    return z;
  }
}
