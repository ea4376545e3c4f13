package io.evomoe.bench.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.bench.cli.bench.StepFloor.StepShape;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import io.evomoe.models.llama.Llama;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.Gates;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;

@Tag("long")
class StepFloorTest {
  private static final int VOCABULARY = 10;
  private static final int SEQUENCE = 4;
  private static final int BATCH = 3;
  private static final int TOKENS = SEQUENCE * BATCH;
  private static final int EXPERTS = 4;
  private static final StackConfig STACK =
      StackConfig.of(2, 8, 2).withIntermediateSize(16).withExperts(EXPERTS).withMoeEvery(2);
  private static final StackConfig GATED =
      STACK.with(s -> s.feedForward(FeedForwardConfig.swiGlu(8, 16)));

  private final Kernels kernels = KernelSelection.forType(DataType.FLOAT);

  @ParameterizedTest
  @CsvSource({"dense, 1", "switch, 1", "switch, 2", "switch, 4"})
  void each_weight_should_be_multiplied_three_times_by_each_token_that_uses_it(
      String gate, double active) {
    boolean mixed = !gate.equals("dense");
    for (StackConfig stack : new StackConfig[] {STACK, GATED}) {
      double used =
          matrices(gate, stack)
              .mapToDouble(p -> p.length() * (mixed && isExpert(p) ? active / EXPERTS : 1))
              .sum();

      assertThat(shape(stack, mixed ? 1 : 0, active).weightFlops())
          .isCloseTo(6 * used * TOKENS, within(1e-6));
    }
  }

  @Test
  void what_is_computed_again_should_count_again() {
    StackConfig again = STACK.with(s -> s.recomputed(true));
    double head = 2.0 * TOKENS * 8 * VOCABULARY;

    double once = shape(STACK, 1, 1).weightFlops();
    double twice = shape(again, 1, 1).weightFlops();

    assertThat(twice - 3 * head).isCloseTo((once - 3 * head) * 4 / 3, within(1e-6));
    assertThat(shape(again, 1, 1).attentionFlops())
        .isCloseTo(shape(STACK, 1, 1).attentionFlops() * 4 / 3, within(1e-6));
  }

  @Test
  void attention_should_count_the_keys_that_a_query_sees() {
    long pairs = IntStream.range(0, SEQUENCE).map(query -> query + 1).sum();

    assertThat(shape(STACK, 1, 1).attentionFlops())
        .isCloseTo(6 * 2.0 * pairs * BATCH * 8 * STACK.numHiddenLayers(), within(1e-6));
  }

  @Test
  void bytes_should_be_those_that_the_description_counts() {
    double adamW = 32 * 1000;
    double logits = 2 * 4 * TOKENS * VOCABULARY;
    double attention = TOKENS * (8 + 8 + 8 + 8 + 8);
    double dense = TOKENS * (8 + 16);
    double mixture = TOKENS * 8 + 2 * TOKENS * 16;
    double kept = 2 * attention + dense + mixture + TOKENS * 8;
    StepShape shape = shape(STACK, 1, 2);

    assertThat(shape.bytesMoved(4)).isEqualTo(adamW + logits + 2 * 4 * kept);
    assertThat(shape.bytesMoved(2)).isEqualTo(adamW + logits + 2 * 2 * kept);
    assertThat(shape(STACK.with(s -> s.recomputed(true)), 1, 2).bytesMoved(4))
        .isEqualTo(adamW + logits + 2 * 4 * (3 * TOKENS * 8));
    assertThat(shape(GATED, 0, 1).bytesMoved(4) - shape(STACK, 0, 1).bytesMoved(4))
        .isEqualTo(2 * 4 * (2 * TOKENS * 16));
  }

  @Test
  void the_floor_should_be_the_products_and_the_bytes_at_the_bandwidth() {
    StepFloor floor = StepFloor.measured(kernels, Precision.F32, shape(STACK, 1, 1), 100);

    assertThat(floor.bandwidthGigabytesPerSecond()).isBetween(0.1, 10_000.0);
    assertThat(floor.productsMillis() * 100e6).isCloseTo(shape(STACK, 1, 1).flops(), within(1e-3));
    assertThat(floor.floorMillis())
        .isCloseTo(
            floor.productsMillis()
                + floor.bytesMoved() / (1e6 * floor.bandwidthGigabytesPerSecond()),
            within(1e-9));
  }

  private Stream<Parameter> matrices(String gate, StackConfig stack) {
    Gates gates = Gates.of(GateProvider.named(gate));
    LanguageModelConfig config = new LanguageModelConfig(VOCABULARY, SEQUENCE, 0, 0, true, stack);
    return new Llama(config, gates, Scope.root(1, kernels))
        .parameters().stream().filter(p -> p.value().rank() == 2);
  }

  private static boolean isExpert(Parameter parameter) {
    return parameter.name().contains("experts.");
  }

  private static StepShape shape(StackConfig stack, int mixtures, double active) {
    return new StepShape(stack, VOCABULARY, SEQUENCE, BATCH, 1000, mixtures, active);
  }
}
