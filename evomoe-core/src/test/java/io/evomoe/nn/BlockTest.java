package io.evomoe.nn;

import static io.evomoe.nn.LayerFixture.disturbed;
import static io.evomoe.nn.LayerFixture.pass;
import static io.evomoe.nn.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.nn.Block.NormPlacement;
import io.evomoe.nn.Block.Norms;
import io.evomoe.nn.CrossAttention.Memory;
import io.evomoe.step.StepContext;
import io.evomoe.testing.LayerGradientCheck;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class BlockTest {
  private static final int WIDTH = 6;

  private final INDArray x = random(1, 6, WIDTH);
  private final Pass training = pass(2, 3);
  private final Pass evaluation = new Pass(training.step().evaluating(), training.tokens());

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.3})
  void should_have_the_gradient_of_central_differences(double dropout) {
    LayerGradientCheck.check(block(dropout), x, training);
  }

  @ParameterizedTest
  @EnumSource(NormPlacement.class)
  void should_have_the_gradient_of_central_differences_in_a_decoder(NormPlacement placement) {
    Scope scope = LayerFixture.scope();
    Map<String, Layer> branches = new LinkedHashMap<>();
    branches.put("attention", attention(scope));
    branches.put(
        "crossAttention",
        new CrossAttention(scope.child("crossAttention"), WIDTH, 2, LayerFixture.LARGE));
    branches.put("feedForward", feedForward(scope));
    Block block = disturbed(new Block(scope, new Norms(placement, WIDTH), 0.3, branches));
    boolean[] padding = {false, false, false, false, false, false, false, true};
    TokenBatch source = new TokenBatch(4, new int[8], padding);
    Memory memory = new Memory(random(2, 8, WIDTH), source, LayerFixture.KERNELS);

    LayerGradientCheck.check(block, x, training.withMemory(memory));
  }

  @Test
  void should_normalise_the_sum_where_norms_come_after() {
    Scope scope = LayerFixture.scope();
    SelfAttention attention = disturbed(attention(scope));
    Block block =
        new Block(
            scope, new Norms(NormPlacement.AFTER, WIDTH), 0.5, Map.of("attention", attention));
    INDArray sum = x.add(attention.forward(x, evaluation).value());
    INDArray y = new Norm(scope, WIDTH, NormConfig.LAYER).forward(sum, evaluation).value();

    assertThat(block.forward(x, evaluation).value().equalsWithEps(y, 1e-12)).isTrue();
  }

  @Test
  void should_add_each_branch_of_the_normalised_input_to_its_input() {
    Scope scope = LayerFixture.scope();
    SelfAttention attention = disturbed(attention(scope));
    FeedForward feedForward = disturbed(feedForward(scope));
    Block block = block(scope, WIDTH, 0.5, attention, feedForward);
    Norm norm = new Norm(scope, WIDTH, NormConfig.LAYER);
    INDArray h = x.add(branch(attention, norm, x));
    INDArray y = h.add(branch(feedForward, norm, h));

    assertThat(block.forward(x, evaluation).value().equalsWithEps(y, 1e-12)).isTrue();
  }

  private INDArray branch(Layer layer, Norm norm, INDArray input) {
    return layer.forward(norm.forward(input, evaluation).value(), evaluation).value();
  }

  @Test
  void should_drop_by_the_seed_of_the_pass_and_in_training_alone() {
    Block block = block(0.3);
    StepContext step = training.step();
    StepContext otherStep = new StepContext(0, step.phase(), 1, true, step.seed() + 1);
    Pass other = new Pass(otherStep, training.tokens());
    INDArray y = block.forward(x, training).value();

    assertThat(block.forward(x, training).value()).isEqualTo(y);
    assertThat(block.forward(x, other).value()).isNotEqualTo(y);
    assertThat(block.forward(x, evaluation).value())
        .isEqualTo(block(0).forward(x, training).value());
  }

  @Test
  void should_drop_other_elements_in_each_branch_and_block() {
    double rate = 0.5;
    INDArray ones = random(1, 1, 200).assign(1);
    Scope scope = LayerFixture.scope();
    INDArray attention = kept(block(scope, 200, rate, constant(1), constant(0)), ones);
    INDArray feedForward = kept(block(scope, 200, rate, constant(0), constant(1)), ones);
    INDArray other = kept(block(scope.child(1), 200, rate, constant(1), constant(0)), ones);

    assertThat(attention).isNotEqualTo(feedForward).isNotEqualTo(other);
    assertThat(attention.sumNumber().doubleValue() / 2).isBetween(70.0, 130.0);
  }

  private INDArray kept(Block block, INDArray ones) {
    return block
        .forward(ones, new Pass(training.step(), TokenBatch.of(1, new int[1])))
        .value()
        .sub(ones);
  }

  /** A layer that always gives the same number. */
  private static Layer constant(double value) {
    return new Layer() {
      @Override
      public Output forward(INDArray input, Pass pass) {
        return new Output(input.dup().assign(value), dy -> dy.dup().assign(0));
      }

      @Override
      public List<Parameter> parameters() {
        return List.of();
      }
    };
  }

  private static Block block(
      Scope scope, int width, double dropout, Layer attention, Layer feedForward) {
    Map<String, Layer> branches = new LinkedHashMap<>();
    branches.put("attention", attention);
    branches.put("feedForward", feedForward);
    return new Block(scope, new Norms(NormPlacement.BEFORE, width), dropout, branches);
  }

  private static Block block(double dropout) {
    Scope scope = LayerFixture.scope();
    return disturbed(block(scope, WIDTH, dropout, attention(scope), feedForward(scope)));
  }

  private static SelfAttention attention(Scope scope) {
    return new SelfAttention(
        scope.child("attention"), AttentionConfig.plain(WIDTH, 2), true, LayerFixture.LARGE);
  }

  private static FeedForward feedForward(Scope scope) {
    return new FeedForward(
        scope.child("feedForward"),
        FeedForwardConfig.plain(WIDTH, 8, ActivationFunction.GELU),
        LayerFixture.LARGE);
  }
}
