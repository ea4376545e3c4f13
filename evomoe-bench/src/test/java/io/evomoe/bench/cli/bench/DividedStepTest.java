package io.evomoe.bench.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.kernel.DividedKernels;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.GateProvider;
import io.evomoe.nn.TokenBatch;
import io.evomoe.random.CounterRandom;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;

/** A step in the memory of a device: what crosses between it and the host. */
@Tag("long")
class DividedStepTest {
  private static final int VOCABULARY = 64;
  private static final int SEQUENCE = 16;
  private static final int BATCH = 4;
  private static final int MANY = 8;
  private static final int TOKENS = 512;
  private static final StackConfig SMALL =
      StackConfig.of(4, 32, 2).withIntermediateSize(64).withExperts(4).withMoeEvery(2);

  private final Kernels kernels = KernelSelection.forType(DataType.FLOAT);
  private final DividedKernels divided = new DividedKernels();

  static Stream<String> gates() {
    return GateProvider.installed().stream()
        .map(GateProvider::name)
        .filter(gate -> !gate.equals("expertchoice")); // not for a causal model
  }

  @ParameterizedTest
  @MethodSource("gates")
  void a_step_should_compute_the_same_where_the_host_sees_no_array(String gate) {
    assertSame(model(gate, Map.of(), Architecture.GPT, SMALL));
  }

  @Test
  void so_should_one_of_blocks_that_are_recomputed_or_of_other_forms() {
    StackConfig dropping = SMALL.with(s -> s.dropout(0.1));
    assertSame(model("dts", Map.of(), Architecture.GPT, dropping.with(s -> s.recomputed(true))));
    assertSame(model("switch", Map.of("jitter", "0.01"), Architecture.GPT, dropping));
    assertSame(model("topk", Map.of("prior", "learned"), Architecture.LLAMA, SMALL));
  }

  /** Whatever the width of the model: 512 tokens, 8 experts, 2 layers of them. */
  @Test
  void what_crosses_should_be_ids_routing_and_scalars() {
    step("switch", Map.of());

    assertThat(divided.crossings())
        .containsEntry("read", 2L * TOKENS * 8 * Float.BYTES) // logits
        .containsEntry("write", 2L * TOKENS * 8 * Float.BYTES) // the gradient of the gate's losses
        .containsEntry("crossEntropy", (long) TOKENS * Integer.BYTES + Double.BYTES)
        .containsEntry("scatterRowsInto", 2 * (long) TOKENS * Integer.BYTES);
  }

  /**
   * All are told what they decide by, StableMoE the affinities and what the distilled router says
   * at once; a dense layer and a table ask nothing.
   */
  @ParameterizedTest
  @CsvSource({
    "switch,1,100000",
    "dts,1,100000",
    "evomoe,1,100000",
    "topk,1,125000",
    "top2,1,125000",
    "lossfree,1,100000",
    "remoe,1,125000",
    "softmix,1,125000",
    "base,1,100000",
    "stablemoe,1,112500",
    "hash,0,25000",
    "dense,0,25000"
  })
  void the_host_should_wait_once_a_layer_of_experts_and_for_the_loss_and_the_norm(
      String gate, int decisions, long bytes) {
    step(gate, Map.of());

    assertThat(divided.waits()).as("%s", divided.crossings()).isEqualTo(2 * decisions + 2);
    assertThat(divided.bytes()).as("%s", divided.crossings()).isLessThan(bytes);
  }

  /** The rows of the tokens join the logits before those are read; gate evomoe of the presets. */
  @ParameterizedTest
  @CsvSource({
    "evomoe,learned",
    "evomoe,fixed",
    "evomoe,annealed",
    "switch,learned",
    "base,learned",
    "lossfree,learned",
    "stablemoe,learned"
  })
  void a_prior_should_add_no_wait(String gate, String prior) {
    step(gate, Map.of("prior", prior));

    assertThat(divided.waits()).as("%s", divided.crossings()).isEqualTo(4);
    assertThat(divided.bytes()).as("%s", divided.crossings()).isLessThan(125_000);
  }

  private void step(String gate, Map<String, String> options) {
    StackConfig blocks =
        StackConfig.of(4, 32, 2).withIntermediateSize(64).withExperts(8).withMoeEvery(2);
    UntrainedModel model =
        new UntrainedModel(
            gate, options, Architecture.GPT, new LanguageModelConfig(1024, TOKENS / MANY, blocks));
    losses(model, divided.over(kernels), MANY, 3);
  }

  private void assertSame(UntrainedModel model) {
    assertThat(losses(model, divided.over(kernels), BATCH, 3))
        .isEqualTo(losses(model, kernels, BATCH, 3));
  }

  private static UntrainedModel model(
      String gate, Map<String, String> options, Architecture architecture, StackConfig blocks) {
    return new UntrainedModel(
        gate, options, architecture, new LanguageModelConfig(VOCABULARY, SEQUENCE, blocks));
  }

  private double[] losses(UntrainedModel untrained, Kernels own, int batch, int steps) {
    CausalLanguageModel model = untrained.make(own, steps);
    int sequence = untrained.size().positions();
    try (Trainer<LanguageBatch> trainer =
        new Trainer<>(
            model,
            new TrainingData<>(
                index -> batch(untrained.size().vocabulary(), sequence, batch, index), List.of()),
            TrainerConfig.defaults(steps),
            EvolutionConfig.defaults()
                .with(e -> e.diversifySteps(0).temperatureSteps(1).hardFrom(2)))) {
      return DoubleStream.generate(
              () -> {
                divided.reset();
                return trainer.step().trainLoss();
              })
          .limit(steps)
          .toArray();
    }
  }

  private static LanguageBatch batch(int vocabulary, int sequence, int batch, long index) {
    CounterRandom random = new CounterRandom(index);
    int[] ids = new int[sequence * batch];
    int[] targets = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = random.below(vocabulary, i);
      targets[i] = random.below(vocabulary, ids.length + i);
    }
    return new LanguageBatch(TokenBatch.of(sequence, ids), targets);
  }
}
