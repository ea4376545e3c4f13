package io.evomoe.models.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.ExpertPlan.SharedExperts;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.Gates;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Block.NormPlacement;
import io.evomoe.nn.CrossAttention.Memory;
import io.evomoe.nn.Norm;
import io.evomoe.nn.NormConfig;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.testing.LayerGradientCheck;
import io.evomoe.testing.RandomArrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Blocks whose MoE layer takes the stream itself and gives it back. */
class StreamPlacementTest {
  private static final int WIDTH = 8;
  private static final Kernels KERNELS = KernelSelection.forType(DataType.DOUBLE);
  private static final int TOKENS = 12;
  private static final int VOCABULARY = 11;

  private final INDArray x = RandomArrays.gaussian(DataType.DOUBLE, 1, TOKENS, WIDTH);

  /**
   * Attention adds little at the start, and the layer of experts that are the identity nothing; as
   * in fairseq, where the mean is 0.013. As a branch behind a norm it added the whole of LN(x).
   */
  @ParameterizedTest
  @ValueSource(strings = {"base", "stablemoe"})
  void should_hand_the_stream_through_at_the_start(String gate) {
    for (Stack.Kind kind : Stack.Kind.values()) {
      Stack stack = stack(gate, kind, NormPlacement.BEFORE, size(1, 0), 0.02);
      INDArray y = stack.forward(x, pass(0)).value();

      double change = y.sub(x).norm2Number().doubleValue() / Math.sqrt(TOKENS * WIDTH);
      assertThat(change).as("rms of y - x, %s", kind).isBetween(0.0, 0.05);
    }
  }

  static Stream<Arguments> everyBlock() {
    return Stream.of("base", "stablemoe")
        .flatMap(
            gate ->
                Stream.of(Stack.Kind.values())
                    .flatMap(
                        kind ->
                            Stream.of(NormPlacement.values())
                                .map(placement -> Arguments.of(gate, kind, placement))));
  }

  /** In both stages of stablemoe, with a shared expert, and padding at the end of a sequence. */
  @ParameterizedTest
  @CsvSource({"base, CAUSAL, BEFORE", "stablemoe, DECODER, AFTER"})
  @Tag("long")
  void should_have_the_gradient_of_central_differences_through_the_whole_block(
      String gate, Stack.Kind kind, NormPlacement placement) {
    for (long step : new long[] {0, 20}) {
      Stack stack = disturbed(stack(gate, kind, placement, size(1, 1), 0.4));
      LayerGradientCheck.check(stack, x, pass(step));
    }
  }

  @Tag("campaign")
  @ParameterizedTest
  @MethodSource("everyBlock")
  void should_have_that_gradient_in_every_kind_of_block(
      String gate, Stack.Kind kind, NormPlacement placement) {
    should_have_the_gradient_of_central_differences_through_the_whole_block(gate, kind, placement);
  }

  @ParameterizedTest
  @MethodSource("everyBlock")
  void should_compute_the_same_when_activations_are_computed_again(
      String gate, Stack.Kind kind, NormPlacement placement) {
    Stack kept = disturbed(stack(gate, kind, placement, size(2, 1), 0.4));
    Stack again =
        disturbed(stack(gate, kind, placement, size(2, 1).with(s -> s.recomputed(true)), 0.4));
    INDArray dy = RandomArrays.gaussian(DataType.DOUBLE, 9, TOKENS, WIDTH);
    Output one = kept.forward(x, pass(0));
    Output other = again.forward(x, pass(0));

    assertThat(other.value()).isEqualTo(one.value());
    assertThat(other.pullback().pull(dy.dup())).isEqualTo(one.pullback().pull(dy.dup()));
    for (int i = 0; i < kept.parameters().size(); i++) {
      assertThat(again.parameters().get(i).gradient())
          .as(kept.parameters().get(i).name())
          .isEqualTo(kept.parameters().get(i).gradient());
    }
  }

  @ParameterizedTest
  @MethodSource("everyBlock")
  void should_be_the_layer_of_what_the_attentions_give_and_nothing_else(
      String gate, Stack.Kind kind, NormPlacement placement) {
    StackConfig dropping =
        StackConfig.of(1, WIDTH, 2)
            .withIntermediateSize(8)
            .withExperts(3)
            .withMoeEvery(1)
            .with(b -> b.dropout(0.5));
    Stack stack = disturbed(stack(gate, kind, placement, dropping, 0.4));
    silenceAttentions(stack);
    INDArray afterAttentions = x;
    if (placement == NormPlacement.AFTER) {
      Norm norm = new Norm(Scope.root(1, KERNELS), WIDTH, NormConfig.LAYER);
      afterAttentions = norm.forward(x, pass(0)).value();
      if (kind == Stack.Kind.DECODER) {
        afterAttentions = norm.forward(afterAttentions, pass(0)).value();
      }
    }
    INDArray expected = stack.evolving().places().get(0).forward(afterAttentions, pass(0)).value();

    assertThat(stack.forward(x, pass(0)).value().equalsWithEps(expected, 1e-12)).isTrue();
  }

  /** So that they add nothing, and their norms only normalise. */
  private static void silenceAttentions(Stack stack) {
    for (Parameter parameter : stack.parameters()) {
      String name = parameter.name();
      if (name.contains("ttentionNorm")) {
        parameter.value().assign(name.endsWith("gain") ? 1 : 0);
      } else if (name.contains("ttention.projection")) {
        parameter.value().assign(0);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("everyBlock")
  void should_leave_out_the_norm_of_the_layer_alone(
      String gate, Stack.Kind kind, NormPlacement placement) {
    StackConfig everySecond =
        StackConfig.of(2, WIDTH, 2).withIntermediateSize(8).withExperts(3).withMoeEvery(2);

    assertThat(stack(gate, kind, placement, everySecond, 0.4).parameters())
        .extracting(Parameter::name)
        .contains("blocks.0.feedForwardNorm.gain", "blocks.1.attentionNorm.gain")
        .contains("blocks.1.feedForward.experts.0.norm.gain")
        .noneMatch(name -> name.startsWith("blocks.1.feedForwardNorm"));
  }

  private static Stack disturbed(Stack stack) {
    LayerGradientCheck.disturb(List.copyOf(stack.parameters()), 0.2);
    return stack;
  }

  private Pass pass(long step) {
    boolean[] padding = new boolean[TOKENS];
    padding[TOKENS - 1] = step > 0;
    int[] ids = IntStream.range(0, TOKENS).map(s -> s * 5 % VOCABULARY).toArray();
    INDArray rows = RandomArrays.gaussian(DataType.DOUBLE, 2, 9, WIDTH);
    Memory memory = new Memory(rows, TokenBatch.of(3, new int[9]), KERNELS);
    StepContext training = new StepContext(step, Phase.SOFT, 1, true, 17);
    return new Pass(training, new TokenBatch(4, ids, padding)).withMemory(memory);
  }

  private static StackConfig size(int layers, int shared) {
    MoeConfig moe = new MoeConfig(3, 8, new SharedExperts(shared, 8, false));
    return StackConfig.of(layers, WIDTH, 2).withIntermediateSize(8).with(b -> b.moe(moe));
  }

  private static Stack stack(
      String gate, Stack.Kind kind, NormPlacement placement, StackConfig size, double deviation) {
    GateProvider provider = GateProvider.named(gate);
    Initialization initialization = new Initialization(deviation, deviation);
    return new Stack(
        Scope.root(3, KERNELS),
        size,
        kind,
        placement,
        new Gates(provider, Map.of(), TrainingFacts.ofSteps(40)),
        size.moeLayers(),
        initialization,
        VOCABULARY);
  }
}
