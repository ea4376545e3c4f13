package io.evomoe.models.gpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.evolution.EvolutionConfig.SpawnMethod;
import io.evomoe.models.causal.CausalScene;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.moe.GateProvider;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.testing.Differences;
import io.evomoe.training.Loss;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;

class GptTest {
  private static final int[] IDS = {1, 4, 4, 9, 0, 10, 2, 1};
  private static final int[] TARGETS = {4, 4, 9, -1, 10, 2, 1, 3};
  private static final int EXPERT = 2 * 6 * 8 + 8 + 6;

  /** 1e30 is finite, its square in float32 is not; behind the final norm neither would show. */
  @ParameterizedTest
  @CsvSource({"0,NaN", "1,NaN", "0,1e30", "1,-1e30"})
  void should_name_the_first_block_whose_output_is_not_finite(int block, double bad) {
    Gpt model = SmallGpt.of(SmallGpt.DENSE, Map.of(), DataType.FLOAT);
    model.parameters().stream()
        .filter(p -> p.name().startsWith("blocks." + block) && p.name().endsWith("contract.bias"))
        .forEach(p -> p.value().putScalar(0, bad));

    assertThatExceptionOfType(NotFiniteException.class)
        .isThrownBy(() -> model.loss(CausalScene.batch(IDS, TARGETS), CausalScene.training(1)))
        .withMessage("the output of blocks.%d was not finite", block);
  }

  @Test
  void should_refuse_tables_that_it_would_not_export() {
    for (LanguageModelConfig other :
        List.of(SmallGpt.config(0).withPositionOffset(2), SmallGpt.config(0).withTokenTypes(1))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> SmallGpt.of(other, SmallGpt.DENSE, Map.of(), DataType.FLOAT))
          .withMessageStartingWith(
              "positionOffset and tokenTypes must be 0 in a causal language model, were ");
    }
  }

  @Test
  void should_refuse_such_an_output_by_its_gradient_where_no_target_counts() {
    Gpt model = SmallGpt.of(SmallGpt.DENSE, Map.of(), DataType.FLOAT);
    Parameter gain = parameter(model, "finalNorm.gain");
    parameter(model, "blocks.0.feedForward.contract.bias").value().putScalar(0, 1e30);
    int[] none = new int[TARGETS.length];
    Arrays.fill(none, -1);
    Loss loss = model.loss(CausalScene.batch(IDS, none), CausalScene.training(1));
    loss.backward().run();

    assertThat(loss.value()).isZero();
    assertThat(Differences.elements(gain.gradient())).containsOnly(Double.NaN);
  }

  @Test
  void should_not_see_later_tokens() {
    CausalScene.assertSeesNoLaterToken(spawned(), IDS);
  }

  @Test
  void should_tie_the_head_to_the_token_embedding() {
    Gpt model = model(SmallGpt.DENSE);
    Parameter table = model.parameters().get(0);
    TokenBatch read = TokenBatch.of(4, Arrays.copyOf(IDS, 4));
    double[] before =
        model.nextTokenLogits(read, CausalScene.evaluation()).getRow(0).toDoubleVector();
    table.value().getRow(5).muli(3);
    double[] after =
        model.nextTokenLogits(read, CausalScene.evaluation()).getRow(0).toDoubleVector();

    before[5] *= 3;
    assertThat(after).containsExactly(before, within(1e-12));
    assertThat(model.parameters()).filteredOn(p -> p.length() == table.length()).hasSize(1);
    model.loss(CausalScene.batch(IDS, TARGETS), CausalScene.training(1)).backward().run();
    assertThat(table.gradient().getRow(5).norm1Number().doubleValue()).isPositive();
  }

  @Test
  void should_evaluate_a_sequence_as_if_it_were_alone() {
    for (Gpt model : List.of(spawned(), model(SmallGpt.SWITCH), model(SmallGpt.DENSE))) {
      TokenBatch together = TokenBatch.of(4, IDS);
      TokenBatch alone = TokenBatch.of(4, Arrays.copyOfRange(IDS, 4, 8));

      assertThat(
              model.nextTokenLogits(together, CausalScene.training(1)).getRow(1).toDoubleVector())
          .containsExactly(
              model.nextTokenLogits(alone, CausalScene.training(2)).getRow(0).toDoubleVector(),
              within(1e-12));
    }
  }

  @Test
  void should_draw_dropout_and_noise_from_the_seed_in_training_alone() {
    Gpt model = SmallGpt.of(SmallGpt.config(0.2), SmallGpt.DENSE, Map.of(), DataType.DOUBLE);
    Gpt noisy = spawned();
    for (Gpt each : List.of(model, noisy)) {
      assertThat(loss(each, CausalScene.training(1)))
          .isEqualTo(loss(each, CausalScene.training(1)));
      assertThat(loss(each, CausalScene.training(1)))
          .isNotEqualTo(loss(each, CausalScene.training(2)));
      assertThat(loss(each, CausalScene.training(1).evaluating()))
          .isEqualTo(loss(each, CausalScene.training(2).evaluating()));
    }
  }

  @Test
  void should_keep_its_loss_over_a_spawn_by_copy_where_weights_sum_to_one() {
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      Gpt model = SmallGpt.of(SmallGpt.EVOMOE, Map.of("renormalize", "true"), type);
      for (StepContext context : List.of(CausalScene.training(1), CausalScene.evaluation())) {
        double before = loss(model, context);
        Gpt other = SmallGpt.of(SmallGpt.EVOMOE, Map.of("renormalize", "true"), type);
        other.spawn(SpawnMethod.copy(), 5);

        assertThat(loss(other, context))
            .isCloseTo(before, within(type == DataType.DOUBLE ? 1e-12 : 1e-5));
        assertThat(other.loss(CausalScene.batch(IDS, TARGETS), context).reports()).hasSize(1);
      }
    }
  }

  @Test
  void should_name_the_parents_of_what_it_spawns_and_refuse_to_do_it_again() {
    Gpt model = model(SmallGpt.EVOMOE);
    List<Parameter> old = model.parameters();
    Map<Parameter, Parameter> lineage = model.spawn(SpawnMethod.mask(0.3), 5);

    assertThat(lineage).hasSize(4 * SmallGpt.EXPERTS);
    assertThat(old).containsAll(lineage.values());
    assertThat(model.parameters())
        .containsAll(lineage.keySet())
        .hasSize(old.size() - 4 + 4 * SmallGpt.EXPERTS + 1)
        .extracting(Parameter::name)
        .doesNotHaveDuplicates();
    assertThatIllegalStateException().isThrownBy(() -> model.spawn(SpawnMethod.mask(0.3), 5));
    assertThatIllegalStateException()
        .isThrownBy(() -> model(SmallGpt.DENSE).spawn(SpawnMethod.copy(), 5));
  }

  @Test
  void should_count_the_parameters_of_the_experts_that_a_token_has() {
    double dense = parameters(model(SmallGpt.DENSE)) - SmallGpt.POSITIONS * 6;

    assertThat(model(SmallGpt.DENSE).activeParameters(1)).isEqualTo(dense);
    assertThat(model(SmallGpt.EVOMOE).activeParameters(0)).isEqualTo(dense);
    assertThat(spawned().activeParameters(1)).isEqualTo(dense + 6 * SmallGpt.EXPERTS);
    assertThat(spawned().activeParameters(2.5))
        .isEqualTo(dense + 6 * SmallGpt.EXPERTS + 1.5 * EXPERT);
    assertThat(parameters(spawned()) - SmallGpt.POSITIONS * 6)
        .isEqualTo(spawned().activeParameters(SmallGpt.EXPERTS));
  }

  @Test
  void should_count_the_row_of_a_prior_that_a_token_looks_up_and_not_the_table() {
    Map<String, String> prior = Map.of("prior", "fixed");
    Gpt with = SmallGpt.of(SmallGpt.SWITCH, prior, DataType.DOUBLE);
    Gpt without = SmallGpt.of(SmallGpt.SWITCH, Map.of(), DataType.DOUBLE);

    assertThat(parameters(with) - parameters(without))
        .isEqualTo(SmallGpt.VOCABULARY * SmallGpt.EXPERTS);
    assertThat(with.activeParameters(1) - without.activeParameters(1)).isEqualTo(SmallGpt.EXPERTS);
  }

  private static double parameters(Gpt model) {
    return model.parameters().stream().mapToDouble(Parameter::length).sum();
  }

  @Test
  void should_refuse_long_sequences_and_ids_out_of_range() {
    Gpt model = model(SmallGpt.DENSE);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> model.nextTokenLogits(TokenBatch.of(6, new int[6]), CausalScene.evaluation()))
        .withMessage("a sequence must have at most 5 tokens, had 6");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> model.nextTokenLogits(TokenBatch.of(1, new int[] {11}), CausalScene.evaluation()))
        .withMessage("id must be in 0..10, was 11 (tokens.weight)");
  }

  @Test
  void should_count_targets_and_tokens_and_refuse_to_go_back_through_an_evaluation() {
    Loss loss =
        model(SmallGpt.DENSE).loss(CausalScene.batch(IDS, TARGETS), CausalScene.evaluation());

    assertThat(loss.targets()).isEqualTo(7);
    assertThat(loss.tokens()).isEqualTo(8);
    assertThat(loss.auxLoss()).isZero();
    assertThatIllegalStateException()
        .isThrownBy(() -> loss.backward().run())
        .withMessage("an evaluated loss has no backward pass");
  }

  private static double loss(Gpt model, StepContext context) {
    return model.loss(CausalScene.batch(IDS, TARGETS), context).value();
  }

  private static Gpt model(GateProvider gates) {
    return SmallGpt.of(gates, Map.of(), DataType.DOUBLE);
  }

  private static Gpt spawned() {
    Gpt model = SmallGpt.of(SmallGpt.EVOMOE, Map.of("noise", "true"), DataType.DOUBLE);
    model.spawn(SpawnMethod.mask(0.3), 5);
    model.parameters().stream()
        .filter(parameter -> parameter.name().contains("gate"))
        .forEach(parameter -> parameter.value().muli(30));
    return model;
  }

  private static Parameter parameter(Gpt model, String name) {
    return model.parameters().stream().filter(p -> p.name().equals(name)).findAny().orElseThrow();
  }
}
