package io.evomoe.training.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.internal.nd4j.Nd4jKernels;
import io.evomoe.moe.Options.Bounds;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.optimizer.Optimizer.Moments;
import io.evomoe.training.optimizer.Optimizer.ParameterGroups;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** An optimizer that somebody else wrote, and the choice of optimizers by name. */
class OwnOptimizerTest {
  private static final Kernels KERNELS = new Nd4jKernels(DataType.DOUBLE);
  private static final TrainerConfig CONFIG = TrainerConfig.defaults(10);

  private final Scope scope = Scope.root(3, KERNELS);
  private final Parameter table = scope.child("tokens").normal("weight", 1, 4, 3);
  private final Parameter router = scope.block(0).gate().normal("weight", 1, 3, 2);
  private final Parameter matrix = scope.block(0).normal("weight", 1, 3, 2);
  private final Parameter bias = scope.block(0).constant("bias", Parameter.Role.BIAS, 1, 2);

  /** Follows the mean of the gradients, without any scaling. */
  private static final class Mean extends Optimizer {
    private final double beta;

    private Mean(double beta, ParameterGroups groups) {
      super("Mean", groups);
      this.beta = beta;
    }

    private static Optimizer of(OptimizerProvider.Spec spec) {
      return spec.read(
          "mean",
          (options, groups) ->
              new Mean(options.number("beta", 0.5, Bounds.atLeast(0).below(1)), groups));
    }

    @Override
    public Moments zeros(Parameter parameter, long updates) {
      return Moments.single(parameter, updates);
    }

    @Override
    protected void update(Parameter parameter, Update update) {
      INDArray mean = next(parameter).first();
      mean.muli(beta).addi(parameter.gradient().mul((1 - beta) * update.gradientScale()));
      parameter
          .value()
          .muli(1 - update.learningRate() * update.weightDecay())
          .subi(mean.mul(update.learningRate()));
    }
  }

  @Test
  void should_refuse_saved_moments_of_another_shape() {
    Optimizer own = CONFIG.withOptimizer(Mean::of).optimizer(KERNELS);
    INDArray fits = matrix.value().dup();
    for (Moments other :
        List.of(
            new Moments(bias.value(), Optional.of(fits), 1),
            new Moments(fits, Optional.of(bias.value()), 1))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> own.restore(matrix, other))
          .withMessageContaining("must have its shape, were [2]");
    }
  }

  @Test
  void should_be_created_by_the_function_and_get_the_settings_of_the_run() {
    Optimizer own =
        CONFIG
            .with(t -> t.optimizerOptions(Map.of("beta", "0.75", "gateRate", "0.1")))
            .with(t -> t.weightDecay(0.5))
            .withOptimizer(Mean::of)
            .optimizer(KERNELS);
    List<Parameter> all = List.of(router, matrix, bias);
    List<Double> before = all.stream().map(p -> p.value().getDouble(0)).toList();
    all.forEach(parameter -> parameter.accumulator().array().assign(4));

    own.update(all, 0.1, 0.5);

    assertThat(router.value().getDouble(0))
        .isCloseTo(before.get(0) * (1 - 0.01 * 0.5) - 0.01 * 0.25 * 2, within(1e-15));
    assertThat(matrix.value().getDouble(0))
        .isCloseTo(before.get(1) * (1 - 0.1 * 0.5) - 0.1 * 0.25 * 2, within(1e-15));
    assertThat(bias.value().getDouble(0)).isCloseTo(before.get(2) - 0.1 * 0.25 * 2, within(1e-15));
  }

  @Test
  void should_give_moments_to_children_and_free_those_of_others() {
    Optimizer own = new Mean(0.5, ParameterGroups.decaying(0));
    matrix.accumulator().array().assign(4);
    own.update(List.of(matrix, table), 0.1, 1);
    Moments ofTable = own.moments(table).orElseThrow();
    Parameter child = scope.block(0).normal("child", 1, 3, 2);

    own.inherit(Map.of(child, matrix));
    own.retain(List.of(child));

    assertThat(own.moments(child).orElseThrow().first().toDoubleMatrix()[2]).containsOnly(2);
    assertThat(own.moments(matrix)).isEmpty();
    assertThat(ofTable.first().wasClosed()).isTrue();
  }

  @Test
  void should_scale_the_rate_of_gates_and_embeddings_alone() {
    Optimizer plain = named("sgd", Map.of("momentum", "0"));
    Optimizer grouped =
        named("sgd", Map.of("momentum", "0", "gateRate", "0.5", "embeddingRate", "2"));

    assertThat(List.of(moved(plain, router), moved(plain, table), moved(plain, matrix)))
        .containsOnly(-0.1);
    assertThat(moved(grouped, router)).isEqualTo(-0.05);
    assertThat(moved(grouped, table)).isEqualTo(-0.2);
    assertThat(moved(grouped, matrix)).isEqualTo(-0.1);
  }

  private static double moved(Optimizer optimizer, Parameter parameter) {
    parameter.value().assign(0);
    parameter.clearGradient();
    parameter.accumulator().array().assign(1);
    optimizer.update(List.of(parameter), 0.1, 1);
    return parameter.value().getDouble(0);
  }

  @Test
  void should_name_the_installed_ones_to_a_mistyped_name() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> named("adam", Map.of()))
        .withMessageStartingWith("training.optimizer must be one of adamw, ")
        .withMessageEndingWith(", was adam; did you mean adamw?");
  }

  @Test
  void should_reject_options_that_an_optimizer_does_not_have() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> named("adamw", Map.of("momentum", "0.9")))
        .withMessage(
            "optimizer adamw has no option momentum; its options: embeddingRate, gateRate");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> named("sgd", Map.of("momentum", "1")))
        .withMessage(
            "option momentum of optimizer sgd must be a number at least 0 and below 1, was 1");
  }

  private static Optimizer named(String name, Map<String, String> options) {
    return CONFIG
        .with(t -> t.optimizer(name).optimizerOptions(options).weightDecay(0))
        .optimizer(KERNELS);
  }
}
