package io.evomoe.models.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.evolution.ExpertPlan.SharedExperts;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.gates.DtsGate;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Block.NormPlacement;
import io.evomoe.nn.CrossAttention.Memory;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class StackTest {
  private static final int WIDTH = 6;
  private static final StackConfig SIZE = size(2, WIDTH, 8, 2, 3, 2, 1, 0);
  private static final Kernels KERNELS = KernelSelection.forType(DataType.DOUBLE);
  private static final boolean[] PADDING = {false, false, false, false, false, true};

  private final INDArray x = RandomArrays.gaussian(DataType.DOUBLE, 1, 6, WIDTH);
  private final TokenBatch tokens = new TokenBatch(3, new int[6], PADDING);
  private final StepContext training = new StepContext(0, Phase.SOFT, 1, true, 17);

  @ParameterizedTest
  @EnumSource(Stack.Kind.class)
  void should_have_the_gradient_of_central_differences(Stack.Kind kind) {
    LayerGradientCheck.check(stack(kind, NormPlacement.BEFORE), x, pass());
  }

  @ParameterizedTest
  @EnumSource(Stack.Kind.class)
  void should_look_ahead_in_an_encoder_alone(Stack.Kind kind) {
    Stack stack = stack(kind, NormPlacement.AFTER);
    INDArray before = stack.forward(x, pass()).value().dup();
    x.getRow(2).addi(RandomArrays.gaussian(DataType.DOUBLE, 5, 1, WIDTH).getRow(0));
    INDArray after = stack.forward(x, pass()).value();

    assertThat(after.getRow(1).equalsWithEps(before.getRow(1), 1e-12))
        .isEqualTo(kind != Stack.Kind.BIDIRECTIONAL);
    assertThat(after.getRow(3).equalsWithEps(before.getRow(3), 1e-12)).isTrue();
  }

  @Test
  void should_give_the_same_to_a_sentence_whether_padded_or_not() {
    Stack stack = stack(Stack.Kind.BIDIRECTIONAL, NormPlacement.AFTER);
    INDArray padded = stack.forward(x, pass()).value();
    INDArray sentence = RandomArrays.gaussian(DataType.DOUBLE, 1, 2, WIDTH);
    sentence.getRow(0).assign(x.getRow(3));
    sentence.getRow(1).assign(x.getRow(4));
    Pass alone = new Pass(training, TokenBatch.of(2, new int[2]));
    INDArray unpadded = stack.forward(sentence, alone).value();

    for (int i = 0; i < 2; i++) {
      assertThat(padded.getRow(3 + i).equalsWithEps(unpadded.getRow(i), 1e-12)).isTrue();
    }
  }

  @Test
  void should_name_its_parameters_by_block_and_branch() {
    Stack stack = stack(Stack.Kind.DECODER, NormPlacement.BEFORE);

    assertThat(stack.parameters())
        .extracting(Parameter::name)
        .doesNotHaveDuplicates()
        .contains(
            "blocks.0.attentionNorm.gain",
            "blocks.0.attention.qkv.weight",
            "blocks.0.crossAttentionNorm.gain",
            "blocks.0.crossAttention.keyValue.weight",
            "blocks.0.feedForwardNorm.gain",
            "blocks.0.feedForward.expand.weight",
            "blocks.1.feedForward.experts.0.expand.weight",
            "blocks.1.feedForward.shared.0.expand.weight");
  }

  @Test
  void should_spawn_and_count_the_experts_that_idle() {
    Stack stack = stack(Stack.Kind.CAUSAL, NormPlacement.BEFORE);
    EvolvingFeedForward place = stack.evolving().places().get(0);
    assertThat(stack.evolving().idleParameters(1)).isZero();
    Map<Parameter, Parameter> lineage = stack.evolving().spawn(SpawnMethod.copy(), 1);

    assertThat(place.experts()).isEqualTo(3);
    assertThat(lineage).hasSize(12);
    assertThat(stack.evolving().idleParameters(1.5)).isEqualTo(1.5 * place.expertParameters());
  }

  @ParameterizedTest
  @CsvSource({
    "0,6,8,2,3,2,0,0,'numHiddenLayers must be at least 1, was 0'",
    "1,0,8,2,3,2,0,0,'hiddenSize must be at least 1, was 0'",
    "1,6,0,2,3,2,0,0,'intermediateSize must be at least 1, was 0'",
    "1,6,8,4,3,2,0,0,'numAttentionHeads must divide hiddenSize, 6, was 4'",
    "1,6,8,2,0,2,0,0,'experts must be at least 1, was 0'",
    "1,6,8,2,3,0,0,0,'moeEvery must be at least 1, was 0'",
    "1,6,8,2,3,2,-1,0,'sharedExperts must be at least 0, was -1'",
    "1,6,8,2,3,2,0,1,'dropout must be in [0, 1), was 1.0'"
  })
  void should_refuse_sizes_out_of_their_bounds(
      int layers,
      int width,
      int hidden,
      int heads,
      int experts,
      int moeEvery,
      int shared,
      double dropout,
      String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> size(layers, width, hidden, heads, experts, moeEvery, shared, dropout))
        .withMessage(message);
  }

  private Pass pass() {
    INDArray rows = RandomArrays.gaussian(DataType.DOUBLE, 2, 8, WIDTH);
    Memory memory = new Memory(rows, TokenBatch.of(4, new int[8]), KERNELS);
    return new Pass(training, tokens).withMemory(memory);
  }

  private static Stack stack(Stack.Kind kind, NormPlacement placement) {
    Stack stack =
        new Stack(
            Scope.root(3, KERNELS),
            SIZE,
            kind,
            placement,
            Gates.of(new DtsGate.EvolvedProvider()),
            SIZE.moeLayers(),
            new Initialization(0.4, 0.4),
            11);
    LayerGradientCheck.disturb(List.copyOf(stack.parameters()), 0.2);
    return stack;
  }

  private static StackConfig size(
      int layers,
      int width,
      int hidden,
      int heads,
      int experts,
      int moeEvery,
      int shared,
      double dropout) {
    MoeConfig moe = new MoeConfig(experts, 8, new SharedExperts(shared, 8, false));
    return StackConfig.of(layers, width, heads)
        .with(b -> b.moe(moe))
        .withIntermediateSize(hidden)
        .withMoeEvery(moeEvery)
        .with(b -> b.dropout(dropout));
  }
}
