package io.evomoe.nn;

import static io.evomoe.nn.LayerFixture.disturbed;
import static io.evomoe.nn.LayerFixture.pass;
import static io.evomoe.nn.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.testing.LayerGradientCheck;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class SequentialTest {
  private final Scope scope = LayerFixture.scope();
  private final INDArray x = random(1, 4, 5);
  private final Linear first = disturbed(new Linear(scope.child(0), 5, 3, 0.5));
  private final Dropout dropout = new Dropout(scope.child("dropout"), 0.4);
  private final Linear second = disturbed(new Linear(scope.child(1), 3, 2, 0.5));

  @Test
  void should_have_the_gradient_of_central_differences() {
    LayerGradientCheck.check(Sequential.of(first, dropout, second), x, pass(2, 2));
  }

  @Test
  void should_hand_each_layer_what_the_one_before_it_gave() {
    Pass evaluation = new Pass(pass(2, 2).step().evaluating(), pass(2, 2).tokens());
    INDArray expected = second.forward(first.forward(x, evaluation).value(), evaluation).value();

    assertThat(Sequential.of(first, dropout, second).forward(x, evaluation).value())
        .isEqualTo(expected);
    assertThat(Sequential.of(first, dropout, second).parameters()).hasSize(4);
  }

  @Test
  void should_keep_the_reports_of_its_layers_in_order() {
    Sequential layers = Sequential.of(reporting("a"), reporting("b"));

    assertThat(layers.forward(x, pass(2, 2)).reports())
        .extracting(RoutingReport::layer)
        .containsExactly("a", "b");
  }

  @Test
  void should_drop_in_training_by_name_and_seed_alone() {
    INDArray ones = random(1, 4, 50).assign(1);
    INDArray dropped = dropout.forward(ones, pass(2, 2)).value();

    assertThat(dropped).isEqualTo(dropout.forward(ones, pass(2, 2)).value());
    assertThat(dropped)
        .isNotEqualTo(new Dropout(scope.child("other"), 0.4).forward(ones, pass(2, 2)).value());
    assertThat(dropped.sumNumber().doubleValue()).isBetween(150.0, 250.0);
    assertThat(new Dropout(scope, 0).forward(ones, pass(2, 2)).value()).isSameAs(ones);
  }

  @Test
  void should_refuse_to_be_empty() {
    assertThatIllegalArgumentException()
        .isThrownBy(Sequential::of)
        .withMessage("layers must be at least 1, was 0");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, Double.NaN})
  void should_refuse_a_dropout_out_of_its_bounds(double rate) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Dropout(scope, rate))
        .withMessage("dropout must be in [0, 1), was " + rate);
  }

  private static Layer reporting(String name) {
    return new Layer() {
      @Override
      public Output forward(INDArray input, Pass pass) {
        RoutingReport report =
            new RoutingReport(name, 4, List.of(4), List.of(0, 4), 0, 0, List.of());
        return new Output(input, dy -> dy, List.of(report));
      }

      @Override
      public List<Parameter> parameters() {
        return List.of();
      }
    };
  }
}
