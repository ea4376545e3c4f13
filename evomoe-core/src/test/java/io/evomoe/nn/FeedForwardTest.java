package io.evomoe.nn;

import static io.evomoe.nn.LayerFixture.disturbed;
import static io.evomoe.nn.LayerFixture.pass;
import static io.evomoe.nn.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.RowGroups;
import io.evomoe.testing.LayerGradientCheck;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class FeedForwardTest {
  private static final int WIDTH = 4;
  private static final int HIDDEN = 5;
  private static final RowGroups ROUTED = RowGroups.routed(new int[] {0, 2, 2, 5});
  private static final RowGroups SHARED = RowGroups.shared(3, 4);
  private static final Pass PASS = pass(1, 5);

  private final List<FeedForward> nets =
      IntStream.range(0, 3).mapToObj(g -> net("net" + g, ActivationFunction.GELU)).toList();

  @Test
  void should_contract_what_relu_leaves_of_the_expansion() {
    FeedForward net = net("net", ActivationFunction.RELU);
    INDArray x = random(1, 3, WIDTH);
    INDArray y = net.forward(x, pass(1, 3)).value();
    for (int s = 0; s < 3; s++) {
      double[] hidden = affine(x.getRow(s).toDoubleVector(), net, 0);
      for (int h = 0; h < HIDDEN; h++) {
        hidden[h] = Math.max(0, hidden[h]);
      }
      assertThat(y.getRow(s).toDoubleVector())
          .containsExactly(affine(hidden, net, 2), within(1e-12));
    }
  }

  @Test
  void should_multiply_the_activated_map_with_the_second_one_where_gated() {
    FeedForward net = gated("net", ActivationFunction.RELU, true);
    INDArray x = random(1, 3, WIDTH);
    INDArray y = net.forward(x, pass(1, 3)).value();
    for (int s = 0; s < 3; s++) {
      double[] row = x.getRow(s).toDoubleVector();
      double[] hidden = affine(row, net, 0);
      double[] up = affine(row, net, 2);
      for (int h = 0; h < HIDDEN; h++) {
        hidden[h] = Math.max(0, hidden[h]) * up[h];
      }
      assertThat(y.getRow(s).toDoubleVector())
          .containsExactly(affine(hidden, net, 4), within(1e-12));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void should_have_the_gradient_of_central_differences_where_gated(boolean biased) {
    FeedForward net = gated("net", ActivationFunction.SILU, biased);
    LayerGradientCheck.check(net, random(1, 5, WIDTH), pass(1, 5));
    List<FeedForward> several =
        IntStream.range(0, 3)
            .mapToObj(g -> gated("net" + g, ActivationFunction.SILU, biased))
            .toList();
    LayerGradientCheck.check(grouped(several, ROUTED), random(1, 5, WIDTH), pass(1, 5));
    LayerGradientCheck.check(grouped(several, SHARED), random(1, 4, WIDTH), pass(1, 4));
  }

  @Test
  void should_name_the_maps_of_swiglu_and_give_them_no_biases() {
    FeedForward net =
        new FeedForward(
            LayerFixture.scope(), FeedForwardConfig.swiGlu(WIDTH, HIDDEN), LayerFixture.LARGE);
    assertThat(net.parameters())
        .extracting(Parameter::name)
        .containsExactly("layer.expand.weight", "layer.up.weight", "layer.contract.weight");
  }

  private static double[] affine(double[] in, FeedForward net, int weight) {
    double[] out = net.parameters().get(weight + 1).value().toDoubleVector();
    for (int i = 0; i < in.length; i++) {
      for (int j = 0; j < out.length; j++) {
        out[j] += in[i] * net.parameters().get(weight).value().getDouble(i, j);
      }
    }
    return out;
  }

  @ParameterizedTest
  @EnumSource(ActivationFunction.class)
  void should_have_the_gradient_of_central_differences(ActivationFunction activation) {
    LayerGradientCheck.check(net("net", activation), random(1, 5, WIDTH), pass(1, 5));
  }

  @Test
  void should_run_each_net_on_the_rows_of_its_group() {
    INDArray x = random(1, 5, WIDTH);
    INDArray y = FeedForward.forward(nets, x, ROUTED, PASS).value();

    for (int s = 0; s < 5; s++) {
      assertThat(y.getRow(s).equalsWithEps(alone(s < 2 ? 0 : 2, x, s), 1e-12)).isTrue();
    }
  }

  @Test
  void should_run_each_net_on_all_rows_where_they_are_shared() {
    INDArray x = random(1, 4, WIDTH);
    INDArray y = FeedForward.forward(nets, x, SHARED, PASS).value();

    assertThat(y.shape()).containsExactly(12, WIDTH);
    for (int row = 0; row < 12; row++) {
      assertThat(y.getRow(row).equalsWithEps(alone(row / 4, x, row % 4), 1e-12)).isTrue();
    }
  }

  private INDArray alone(int net, INDArray x, int s) {
    INDArray row = x.getRow(s).dup().reshape(1, WIDTH);
    return nets.get(net).forward(row, pass(1, 1)).value().getRow(0);
  }

  @Test
  void should_have_the_gradient_of_central_differences_in_groups() {
    LayerGradientCheck.check(grouped(ROUTED), random(1, 5, WIDTH), pass(1, 5));
    LayerGradientCheck.check(grouped(SHARED), random(1, 4, WIDTH), pass(1, 4));
  }

  @Test
  void should_give_no_gradient_to_a_net_without_rows() {
    FeedForward.forward(nets, random(1, 5, WIDTH), ROUTED, PASS)
        .pullback()
        .pull(random(2, 5, WIDTH));

    assertThat(nets.get(1).parameters()).noneMatch(Parameter::hasGradient);
    assertThat(nets.get(0).parameters()).allMatch(Parameter::hasGradient);
  }

  @Test
  void should_reject_nets_of_both_forms_together() {
    FeedForward residual =
        FeedForward.residual(
            LayerFixture.scope().child("residual"),
            NormConfig.LAYER,
            FeedForwardConfig.plain(WIDTH, HIDDEN, ActivationFunction.RELU),
            LayerFixture.LARGE);
    List<FeedForward> mixed = List.of(net("plain", ActivationFunction.RELU), residual);

    assertThatThrownBy(
            () -> FeedForward.forward(mixed, random(1, 4, WIDTH), RowGroups.shared(2, 4), PASS))
        .hasMessage("nets must be all residual or all plain");
  }

  @Test
  void should_make_a_child_of_changed_weights_and_copied_biases() {
    FeedForward parent = net("parent", ActivationFunction.RELU);
    FeedForward child =
        parent.child(
            LayerFixture.scope().child("child"),
            (name, deviation, columns, values) -> {
              values[0] = name.length();
              return values;
            });

    for (int i = 0; i < 4; i++) {
      INDArray expected = parent.parameters().get(i).value().dup();
      String name = parent.parameters().get(i).name().replace("parent", "child");
      if (i % 2 == 0) {
        expected.putScalar(0, name.length());
      }
      assertThat(child.parameters().get(i).value()).isEqualTo(expected);
      assertThat(child.parameters().get(i).name()).isEqualTo(name);
      assertThat(child.parameters().get(i).decays()).isEqualTo(i % 2 == 0);
    }
  }

  private Layer grouped(RowGroups groups) {
    return grouped(nets, groups);
  }

  /** The nets of groups of rows as one layer, for gradient checks. */
  static Layer grouped(List<FeedForward> nets, RowGroups groups) {
    return new Layer() {
      @Override
      public Output forward(INDArray x, Pass pass) {
        return FeedForward.forward(nets, x, groups, pass);
      }

      @Override
      public List<Parameter> parameters() {
        return nets.stream().flatMap(net -> net.parameters().stream()).toList();
      }
    };
  }

  private static FeedForward gated(String name, ActivationFunction activation, boolean biased) {
    return disturbed(
        new FeedForward(
            LayerFixture.scope().child(name),
            new FeedForwardConfig(WIDTH, HIDDEN, activation, true, biased),
            LayerFixture.LARGE));
  }

  private static FeedForward net(String name, ActivationFunction activation) {
    return disturbed(
        new FeedForward(
            LayerFixture.scope().child(name),
            FeedForwardConfig.plain(WIDTH, HIDDEN, activation),
            LayerFixture.LARGE));
  }
}
