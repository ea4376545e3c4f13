package io.evomoe.evolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.nn.FeedForward;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.testing.LayerGradientCheck;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

class SpawningTest {
  private static final int WIDTH = 40;
  private static final int HIDDEN = 100;
  private static final Initialization INITIALIZATION = new Initialization(0.5, 0.1);
  private static final int[] WEIGHTS = {0, 2};
  private static final int[] BIASES = {1, 3};

  private final Scope scope = Scope.root(3, KernelSelection.forType(DataType.DOUBLE));
  private final FeedForward parent = parent();

  private FeedForward parent() {
    FeedForward net =
        new FeedForward(
            scope.child("parent"),
            FeedForwardConfig.plain(WIDTH, HIDDEN, ActivationFunction.GELU),
            INITIALIZATION);
    LayerGradientCheck.disturb(net.parameters(), 0.3);
    return net;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "copy",
        "mask:0.3",
        "mask:0.3:rescale",
        "mask:1",
        "reinit:0.5",
        "units:0.5",
        "noise:0.02"
      })
  void should_copy_biases_and_leave_the_parent_alone(String method) {
    FeedForward untouched = parent();
    FeedForward child = child(method, 0, 9);
    for (int i : BIASES) {
      assertThat(values(child, i)).isEqualTo(values(untouched, i));
    }
    for (int i = 0; i < 4; i++) {
      assertThat(values(parent, i)).isEqualTo(values(untouched, i));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.3, 0.8})
  void should_mask_a_share_of_the_weights_and_leave_the_others(double ratio) {
    for (boolean rescale : new boolean[] {false, true}) {
      double factor = rescale ? 1 / (1 - ratio) : 1;
      FeedForward child = child("mask:" + ratio + (rescale ? ":rescale" : ""), 0, 9);
      for (int i : WEIGHTS) {
        double[] old = values(parent, i);
        double[] masked = values(child, i);
        int[] kept = IntStream.range(0, old.length).filter(j -> masked[j] != 0).toArray();

        assertThat(1 - (double) kept.length / old.length).isCloseTo(ratio, within(0.03));
        assertThat(Arrays.stream(kept).mapToDouble(j -> masked[j]).toArray())
            .containsExactly(
                Arrays.stream(kept).mapToDouble(j -> old[j] * factor).toArray(), within(1e-12));
      }
    }
  }

  @Test
  void should_keep_all_at_ratio_zero_and_nothing_at_one() {
    for (int i : WEIGHTS) {
      assertThat(values(child("mask:0", 0, 9), i)).isEqualTo(values(parent, i));
      assertThat(values(child("copy", 0, 9), i)).isEqualTo(values(parent, i));
      assertThat(values(child("mask:1", 0, 9), i)).containsOnly(0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mask:0.3", "reinit:0.5", "units:0.5", "noise:0.02"})
  void should_change_each_matrix_of_each_expert_in_its_own_way(String method) {
    for (int i : WEIGHTS) {
      assertThat(values(child(method, 1, 9), i)).isNotEqualTo(values(child(method, 0, 9), i));
      assertThat(values(child(method, 0, 8), i)).isNotEqualTo(values(child(method, 0, 9), i));
      assertThat(values(child(method, 0, 9), i)).isEqualTo(values(child(method, 0, 9), i));
    }
  }

  @Test
  void should_mask_independently_in_two_experts() {
    double[] first = values(child("mask:0.3", 0, 9), 0);
    double[] second = values(child("mask:0.3", 1, 9), 0);
    long both =
        IntStream.range(0, first.length).filter(j -> first[j] == 0 && second[j] == 0).count();

    assertThat((double) both / first.length).isCloseTo(0.09, within(0.02));
  }

  @Test
  void should_draw_a_share_of_the_weights_anew_from_their_initial_distribution() {
    double[] deviations = {0.5, 0.1};
    for (int k = 0; k < 2; k++) {
      double[] old = values(parent, WEIGHTS[k]);
      double[] drawn = values(child("reinit:0.4", 0, 9), WEIGHTS[k]);
      double[] fresh =
          IntStream.range(0, old.length)
              .filter(j -> drawn[j] != old[j])
              .mapToDouble(j -> drawn[j])
              .toArray();

      assertThat((double) fresh.length / old.length).isCloseTo(0.4, within(0.03));
      assertThat(deviation(fresh)).isCloseTo(deviations[k], within(0.05 * deviations[k]));
    }
  }

  @Test
  void should_draw_the_same_hidden_units_anew_in_all_matrices() {
    FeedForward child = child("units:0.4", 0, 9);
    double[][] old = {values(parent, WEIGHTS[0]), values(parent, WEIGHTS[1])};
    double[][] drawn = {values(child, WEIGHTS[0]), values(child, WEIGHTS[1])};
    int hidden = (int) parent.parameters().get(WEIGHTS[0]).value().size(1);
    int width = old[0].length / hidden;
    int redrawn = 0;
    for (int unit = 0; unit < hidden; unit++) {
      boolean changed = drawn[0][unit] != old[0][unit];
      for (int i = 0; i < width; i++) {
        int in = i * hidden + unit;
        int out = unit * width + i;
        assertThat(drawn[0][in] != old[0][in]).isEqualTo(changed);
        assertThat(drawn[1][out] != old[1][out]).isEqualTo(changed);
      }
      redrawn += changed ? 1 : 0;
    }

    assertThat((double) redrawn / hidden).isCloseTo(0.4, within(0.1));
    for (int k = 0; k < 2; k++) {
      assertThat(deviation(drawn[k])).isCloseTo(deviation(old[k]), within(0.1 * deviation(old[k])));
    }
    assertThat(values(child("units:0.4", 1, 9), WEIGHTS[0])).isNotEqualTo(drawn[0]);
  }

  @Test
  void should_add_normal_noise() {
    for (int i : WEIGHTS) {
      double[] old = values(parent, i);
      double[] noisy = values(child("noise:0.02", 0, 9), i);
      double[] noise = IntStream.range(0, old.length).mapToDouble(j -> noisy[j] - old[j]).toArray();

      assertThat(deviation(noise)).isCloseTo(0.02, within(0.001));
      assertThat(Arrays.stream(noise).average().orElseThrow()).isCloseTo(0, within(0.002));
    }
  }

  private FeedForward child(String method, int expert, long seed) {
    FeedForward.WeightChange change = SpawnMethod.parse(method).change(seed);
    return parent.child(scope.expert(expert), change);
  }

  private static double[] values(FeedForward net, int parameter) {
    return net.parameters().get(parameter).value().dup().data().asDouble();
  }

  private static double deviation(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(v -> v * v).average().orElseThrow());
  }
}
