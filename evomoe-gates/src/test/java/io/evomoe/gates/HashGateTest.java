package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.moe.Gate;
import io.evomoe.moe.GateScene;
import io.evomoe.moe.GateSpec;
import io.evomoe.moe.Routing;
import io.evomoe.moe.TokenRows;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.moe.TrainingFacts.TokenFrequencies;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class HashGateTest extends BuiltInGateTest {
  private static final Map<String, String> BALANCED = Map.of("table", "balanced");

  HashGateTest() {
    super(new HashGate.Provider(), BALANCED);
  }

  @Override
  protected boolean looksAtRows() {
    return false;
  }

  @Test
  void should_give_a_token_id_the_same_expert_wherever_it_stands() {
    GateScene scene = scene(Map.of());
    int[] first = firstExperts(scene, GateScene.training());
    int[] again = firstExperts(scene, GateScene.evaluation());

    assertThat(first).isEqualTo(again).startsWith(Arrays.copyOfRange(first, 32, 64));
    assertThat(first).contains(0, 1, 2, 3);
  }

  @Test
  void should_weigh_its_expert_with_one_and_have_no_bypass() {
    GateScene scene = scene(Map.of());
    Routing routing = scene.route(TokenRows.random(9, 1), GateScene.training()).routing();

    assertThat(routing.weights()).hasSize(9).containsOnly(1);
    assertThat(routing.bypass()).isNull();
    assertThat(scene.gate().parameters()).isEmpty();
  }

  @Test
  void should_draw_another_random_table_for_another_seed_or_layer() {
    double[] table = table(gate("a", 1, "random", 64, TrainingFacts.UNKNOWN));

    assertThat(table(gate("a", 1, "random", 64, TrainingFacts.UNKNOWN))).isEqualTo(table);
    assertThat(table(gate("a", 2, "random", 64, TrainingFacts.UNKNOWN))).isNotEqualTo(table);
    assertThat(table(gate("b", 1, "random", 64, TrainingFacts.UNKNOWN))).isNotEqualTo(table);
    assertThat(table).containsOnly(0, 1, 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 10, 100, 1000})
  void should_balance_occurrences_within_the_largest_frequency(int vocabulary) {
    int[] ids = IntStream.range(1, 2000).map(i -> vocabulary / i).toArray();
    TokenFrequencies frequencies = TokenFrequencies.count(Arrays.stream(ids), vocabulary + 1);
    double[] table = table(gate("a", 1, "balanced", vocabulary + 1, known(frequencies)));
    long[] load = new long[3];
    for (int id : ids) {
      load[(int) table[id]]++;
    }
    long largest = IntStream.rangeClosed(0, vocabulary).mapToLong(frequencies::of).max().orElse(0);

    assertThat(Arrays.stream(load).max().orElse(0) - Arrays.stream(load).min().orElse(0))
        .isLessThanOrEqualTo(largest);
  }

  @Test
  void should_place_ids_by_frequency_and_spread_those_that_never_occur() {
    IntStream ids = IntStream.of(0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2);
    TrainingFacts facts = known(TokenFrequencies.count(ids, 9));

    assertThat(table(gate("a", 1, "balanced", 9, facts)))
        .containsExactly(2, 0, 1, 2, 2, 2, 2, 2, 2);
    TrainingFacts nothing = known(TokenFrequencies.count(IntStream.empty(), 7));
    assertThat(table(gate("a", 1, "balanced", 7, nothing))).containsExactly(0, 1, 2, 0, 1, 2, 0);
  }

  @Test
  void should_refuse_to_route_by_a_balanced_table_without_frequencies() {
    Gate gate = gate("a", 1, "balanced", 8, TrainingFacts.UNKNOWN);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> route(gate, 3))
        .withMessage(
            "option table of gate hash is balanced, which needs the token frequencies of the"
                + " training data or a table from a checkpoint, had neither (a.table)");
    gate.state().get(0).value().assign(1);
    assertThat(route(gate, 3).firstExperts()).containsExactly(1);
  }

  @Test
  void should_refuse_frequencies_of_another_vocabulary() {
    TrainingFacts facts = known(TokenFrequencies.count(IntStream.of(1, 2), 7));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> gate("a", 1, "balanced", 8, facts))
        .withMessage("token frequencies for gate hash must cover the vocabulary of 8 ids, had 7");
  }

  @ParameterizedTest
  @CsvSource({"8", "-1"})
  void should_refuse_a_token_id_that_the_table_does_not_cover(int id) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> route(gate("a", 1, "random", 8, TrainingFacts.UNKNOWN), id))
        .withMessage(
            "the table of gate hash (a.table) covers the token ids 0..7, token id was " + id);
  }

  @ParameterizedTest
  @ValueSource(doubles = {3, -2, 0.5, Double.NaN})
  void should_refuse_a_restored_table_with_experts_there_are_none_of(double expert) {
    Gate gate = gate("a", 1, "random", 8, TrainingFacts.UNKNOWN);
    gate.state().get(0).value().putScalar(5, expert);

    assertThatNoException().isThrownBy(() -> route(gate, 4));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> route(gate, 5))
        .withMessage(
            "the table of gate hash (a.table) must give token id 5 one of the experts 0..2, was "
                + expert);
  }

  @Test
  void should_not_look_up_the_id_of_padding() {
    Gate gate = gate("a", 1, "random", 8, TrainingFacts.UNKNOWN);
    TokenBatch batch = new TokenBatch(2, new int[] {1, -100}, new boolean[] {false, true});
    INDArray rows = Nd4j.zeros(DataType.DOUBLE, 2, 4);

    assertThat(gate.route(rows, new Pass(GateScene.training(), batch)).routing().assignments())
        .isEqualTo(1);
  }

  @Test
  void should_refuse_a_model_whose_tokens_have_no_ids() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> gate("a", 1, "random", 0, TrainingFacts.UNKNOWN))
        .withMessage(
            "vocabulary of token ids must be at least 1 for gate hash, which looks at ids, was 0");
  }

  private static int[] firstExperts(GateScene scene, StepContext context) {
    return scene.route(TokenRows.random(64, 1), context).routing().firstExperts();
  }

  private static TrainingFacts known(TokenFrequencies frequencies) {
    return new TrainingFacts(OptionalLong.empty(), Optional.of(frequencies), Set.of());
  }

  private Gate gate(String layer, long seed, String table, int vocabulary, TrainingFacts facts) {
    Scope scope = Scope.root(seed, KernelSelection.forType(DataType.DOUBLE)).child(layer);
    Map<String, String> options = Map.of("table", table);
    return provider().create(new GateSpec(scope, 4, 3, 0, 1, 1, vocabulary, true, options, facts));
  }

  private static double[] table(Gate gate) {
    return gate.state().get(0).value().toDoubleVector();
  }

  private static Routing route(Gate gate, int id) {
    TokenBatch batch = TokenBatch.of(1, new int[] {id});
    INDArray rows = Nd4j.zeros(DataType.DOUBLE, 1, 4);
    return gate.route(rows, new Pass(GateScene.training(), batch)).routing();
  }
}
