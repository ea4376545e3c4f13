package io.evomoe.models.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.evolution.ExpertPlan.SharedExperts;
import io.evomoe.gates.TopKGate;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.hub.HubExport;
import io.evomoe.models.hub.HubRequest;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.models.transformer.Transformer.TransformerConfig;
import io.evomoe.moe.Gates;
import io.evomoe.nn.AttentionConfig;
import io.evomoe.nn.AttentionConfig.Rotary;
import io.evomoe.nn.Block.NormPlacement;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.KeyValueCache;
import io.evomoe.nn.NormConfig;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.testing.LayerGradientCheck;
import io.evomoe.testing.RandomArrays;
import io.evomoe.training.Model;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A stack of blocks that differ in everything they may differ in. */
class MixedStackTest {
  private static final int WIDTH = 6;
  private static final int VOCABULARY = 11;
  private static final Kernels KERNELS = KernelSelection.forType(DataType.DOUBLE);
  private static final BlockConfig DENSE = BlockConfig.of(WIDTH, 2).withIntermediateSize(8);
  private static final BlockConfig SMALL =
      DENSE.withMoe(MoeConfig.of(2, 5)).withDropout(0.2).withRecomputed(true);
  private static final BlockConfig LARGE =
      new BlockConfig(
          new AttentionConfig(WIDTH, 3, 1, 4, true, false, null, new Rotary(100)),
          FeedForwardConfig.swiGlu(WIDTH, 9),
          new MoeConfig(4, 3, new SharedExperts(1, 7, true)),
          new NormConfig(NormConfig.Kind.RMS, 1e-3),
          0.1,
          false);
  private static final StackConfig MIXED = new StackConfig(List.of(DENSE, SMALL, LARGE));
  private static final Gates SWITCH = Gates.of(new TopKGate.SwitchProvider());

  @Test
  void should_have_the_gradient_of_central_differences() {
    Stack stack =
        new Stack(
            Scope.root(3, KERNELS),
            MIXED,
            Stack.Kind.CAUSAL,
            NormPlacement.BEFORE,
            SWITCH,
            MIXED.moeLayers(),
            new Initialization(0.4, 0.4),
            VOCABULARY);
    LayerGradientCheck.disturb(stack.parameters(), 0.2);
    Pass pass =
        new Pass(
            new StepContext(0, Phase.SOFT, 1, true, 17),
            TokenBatch.of(2, IntStream.range(0, 4).toArray()));

    LayerGradientCheck.check(stack, RandomArrays.gaussian(DataType.DOUBLE, 1, 4, WIDTH), pass);
  }

  @Test
  void each_block_should_have_the_arrays_of_its_configuration() {
    List<Parameter> parameters = gpt(MIXED).parameters();

    assertThat(parameters)
        .extracting(Parameter::toString)
        .doesNotHaveDuplicates()
        .contains(
            "blocks.0.feedForward.expand.weight[6, 8]",
            "blocks.1.feedForward.experts.1.expand.weight[6, 5]",
            "blocks.1.attention.qkv.weight[6, 18]",
            "blocks.2.attention.qkv.weight[6, 20]",
            "blocks.2.feedForward.experts.3.up.weight[6, 3]",
            "blocks.2.feedForward.shared.0.contract.weight[7, 6]",
            "blocks.2.feedForwardNorm.gain[6]",
            "finalNorm.gain[6]")
        .noneMatch(name -> name.startsWith("blocks.2.attentionNorm.shift"))
        .noneMatch(name -> name.startsWith("finalNorm.shift"));
    assertThat(gpt(MIXED).evolving().places())
        .extracting(EvolvingFeedForward::experts)
        .containsExactly(2, 4);
  }

  @Test
  void equal_blocks_should_be_those_of_a_uniform_stack() {
    StackConfig uniform = StackConfig.of(3, WIDTH, 2).withExperts(3).withMoeEvery(2);
    BlockConfig dense = BlockConfig.of(WIDTH, 2);
    BlockConfig moe = dense.withMoe(MoeConfig.of(3, 4 * WIDTH));

    assertThat(uniform.blocks()).containsExactly(dense, moe, dense);
    assertThat(uniform.block()).isEqualTo(moe);
  }

  @Test
  void cached_tokens_should_give_the_logits_of_whole_sequences() {
    Gpt model = gpt(MIXED);
    StepContext context = new StepContext(0, Phase.SOFT, 1, false, 17);
    int[] ids = {1, 4, 4, 9, 0};
    INDArray whole = model.logits(TokenBatch.of(5, ids), context);
    KeyValueCache cache = model.newCache(1, 5);
    for (int i = 0; i < ids.length; i++) {
      INDArray next =
          model.nextTokenLogits(
              TokenBatch.of(1, Arrays.copyOfRange(ids, i, i + 1)), context, cache);
      assertThat(next.getRow(0).equalsWithEps(whole.getRow(i), 1e-9)).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "3, 1, 0, 1, '1,2,3'",
    "4, 2, 0, 2, '2,4'",
    "2, 1, 1, 2, '2'",
    "4, 1, 2, 1, '3,4'",
    "6, 2, 2, 2, '4,6'",
    "4, 5, 0, 0, ''"
  })
  void should_place_experts_and_find_the_step_again(
      int layers, int every, int from, int step, String places) {
    StackConfig stack = StackConfig.of(layers, WIDTH, 2).withMoeEvery(every, from);

    assertThat(
            IntStream.rangeClosed(1, layers)
                .filter(i -> stack.isMoe(i - 1))
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(",")))
        .isEqualTo(places);
    assertThat(stack.moeEvery()).isEqualTo(step);
  }

  @Test
  void should_refuse_other_hidden_sizes_and_no_blocks() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StackConfig(List.of(DENSE, SMALL, BlockConfig.of(8, 2))))
        .withMessage("hiddenSize of block 2 must be that of block 0, 6, was 8");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StackConfig(List.of()))
        .withMessage("numHiddenLayers must be at least 1, was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DENSE.withFeedForward(FeedForwardConfig.swiGlu(8, 8)))
        .withMessage("hiddenSize of the feed-forward nets must be that of the attention, 6, was 8");
  }

  @Test
  void should_be_exported_in_our_own_form() {
    StackConfig plain = StackConfig.of(3, WIDTH, 2);
    Transformer pair =
        new Transformer(
            new TransformerConfig(VOCABULARY, 5, plain, MIXED, 0), SWITCH, Scope.root(3, KERNELS));

    for (Model<?> model : List.of(gpt(MIXED), pair)) {
      HubExport export = HubExport.of(model, HubRequest.of("switch"));

      assertThat(export.isInOwnForm()).isTrue();
      assertThat(export.size()).isEqualTo(model.parameters().size());
    }
  }

  @Test
  void should_not_be_exported_as_a_family_of_other_blocks() {
    Gpt turning = gpt(StackConfig.of(2, LARGE.withMoe(null)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HubExport.of(turning, HubRequest.of("dense")))
        .withMessageStartingWith("only a Llama can be exported with other attention");
  }

  private static Gpt gpt(StackConfig stack) {
    return new Gpt(new LanguageModelConfig(VOCABULARY, 5, stack), SWITCH, Scope.root(3, KERNELS));
  }
}
