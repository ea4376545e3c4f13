package io.evomoe.models.roberta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.evolution.EvolutionConfig.SpawnMethod;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.training.Loss;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class RobertaTest {
  private static final StepContext EVALUATION = SmallRoberta.evaluation();
  private static final TokenBatch READ = SmallRoberta.SENTENCES;
  private static final int EXPERT = 2 * 6 * 8 + 8 + 6;
  private static final int TABLE = SmallRoberta.VOCABULARY * SmallRoberta.WIDTH;
  private static final int HEAD = 6 * 6 + 6 + 2 * 6 + SmallRoberta.VOCABULARY;

  @Test
  void should_name_the_first_block_whose_output_is_not_finite() {
    Roberta model = SmallRoberta.of(SmallRoberta.DENSE);
    model.parameters().stream()
        .filter(p -> p.name().startsWith("blocks.1") && p.name().endsWith("contract.bias"))
        .forEach(p -> p.value().putScalar(0, Double.NaN));

    assertThatExceptionOfType(NotFiniteException.class)
        .isThrownBy(() -> model.loss(SmallRoberta.batch(), SmallRoberta.training(1)))
        .withMessage("the output of blocks.1 was not finite");
  }

  @Test
  void should_give_rows_of_the_whole_logits() {
    Roberta model = spawned();
    INDArray all = model.logits(READ, IntStream.range(0, READ.size()).toArray(), EVALUATION);
    int[] rows = {6, 1, 3};
    INDArray some = model.logits(READ, rows, EVALUATION);

    for (int i = 0; i < rows.length; i++) {
      assertThat(some.getRow(i).toDoubleVector())
          .containsExactly(all.getRow(rows[i]).toDoubleVector(), within(1e-12));
    }
  }

  @Test
  void should_be_the_mean_negative_log_probability_of_the_targets_alone() {
    Roberta model = spawned();
    int[] targets = SmallRoberta.batch().targets();
    double[][] logits =
        model.logits(READ, IntStream.range(0, READ.size()).toArray(), EVALUATION).toDoubleMatrix();
    double sum = 0;
    int counted = 0;
    for (int s = 0; s < targets.length; s++) {
      if (targets[s] >= 0) {
        double total = Arrays.stream(logits[s]).map(Math::exp).sum();
        sum -= logits[s][targets[s]] - Math.log(total);
        counted++;
      }
    }
    Loss loss = model.loss(SmallRoberta.batch(), EVALUATION);

    assertThat(loss.value()).isCloseTo(sum / counted, within(1e-12));
    assertThat(loss.targets()).isEqualTo(counted);
  }

  @Test
  void should_see_both_sides() {
    Roberta model = spawned();
    double[] before = logitsAt(model, READ, 2);
    for (int changed = 0; changed < 5; changed++) {
      int[] ids = {0, 4, 9, 10, 2};
      ids[changed] = 3;
      TokenBatch other = SmallRoberta.padded(5, ids, new int[] {0, 7, 2});

      assertThat(logitsAt(model, other, 2)).as("token %d", changed).isNotEqualTo(before);
      assertThat(logitsAt(model, other, 6))
          .containsExactly(logitsAt(model, READ, 6), within(1e-12));
    }
  }

  private static double[] logitsAt(Roberta model, TokenBatch read, int row) {
    return model.logits(read, new int[] {row}, EVALUATION).getRow(0).toDoubleVector();
  }

  @Test
  void should_tie_the_head_to_the_token_embedding() {
    Roberta model = SmallRoberta.of(SmallRoberta.DENSE);
    Parameter table = parameter(model, "tokens.weight");
    Parameter bias = parameter(model, "head.bias");
    double[] before = logitsAt(model, READ, 2);
    table.value().getRow(5).muli(3);
    double[] after = logitsAt(model, READ, 2);

    before[5] += 2 * (before[5] - bias.value().getDouble(5));
    assertThat(after).containsExactly(before, within(1e-12));
  }

  @Test
  void should_learn_nothing_but_the_balance_of_its_experts_where_no_target_counts() {
    Roberta model = spawned();
    int[] none = new int[READ.size()];
    Arrays.fill(none, LanguageBatch.IGNORED);
    Loss loss = model.loss(new LanguageBatch(READ, none), SmallRoberta.training(1));
    loss.backward().run();

    assertThat(loss.value()).isZero();
    assertThat(loss.targets()).isZero();
    assertThat(loss.auxLoss()).isPositive();
    assertThat(parameter(model, "head.bias").gradient().norm1Number().doubleValue()).isZero();
    assertThat(parameter(model, "blocks.1.feedForward.gate.weight").gradient().norm1Number())
        .satisfies(norm -> assertThat(norm.doubleValue()).isPositive());
  }

  @Test
  void should_count_the_parameters_that_a_token_has_and_the_heads_for_named_tokens_alone() {
    Roberta model = spawned();
    double tables = TABLE + SmallRoberta.POSITIONS * SmallRoberta.WIDTH;
    double encoder = parameters(model.parameters()) - tables - HEAD;
    Loss loss = model.loss(SmallRoberta.batch(), EVALUATION);
    double active = loss.reports().get(0).meanActiveExperts();

    assertThat(model.activeParameters(SmallRoberta.EXPERTS)).isEqualTo(encoder + HEAD + TABLE);
    assertThat(model.activeParameters(1))
        .isEqualTo(encoder + HEAD + TABLE - (SmallRoberta.EXPERTS - 1) * EXPERT);
    assertThat(loss.tokens()).isEqualTo(8);
    assertThat(loss.flops())
        .isCloseTo(
            6 * 8 * (encoder - (SmallRoberta.EXPERTS - active) * EXPERT) + 6 * 3 * (HEAD + TABLE),
            within(1e-6));
  }

  private static double parameters(List<Parameter> parameters) {
    return parameters.stream().mapToDouble(Parameter::length).sum();
  }

  @Test
  void should_name_the_parents_of_what_it_spawns() {
    Roberta model = SmallRoberta.of(SmallRoberta.EVOMOE);
    List<Parameter> old = model.parameters();
    Map<Parameter, Parameter> lineage = model.spawn(SpawnMethod.mask(0.3), 5);

    assertThat(lineage).hasSize(4 * SmallRoberta.EXPERTS);
    assertThat(old).containsAll(lineage.values());
    assertThat(model.evolving().places()).singleElement().matches(place -> place.isMixture());
    assertThat(model.parameters())
        .containsAll(lineage.keySet())
        .extracting(Parameter::name)
        .doesNotHaveDuplicates();
  }

  @Test
  void should_draw_dropout_and_noise_from_the_seed_in_training_alone() {
    Roberta dropping = SmallRoberta.of(0.2, SmallRoberta.DENSE, Map.of());
    for (Roberta model : List.of(dropping, spawned())) {
      assertThat(loss(model, SmallRoberta.training(1)))
          .isEqualTo(loss(model, SmallRoberta.training(1)));
      assertThat(loss(model, SmallRoberta.training(1)))
          .isNotEqualTo(loss(model, SmallRoberta.training(2)));
      assertThat(loss(model, SmallRoberta.training(1).evaluating()))
          .isEqualTo(loss(model, SmallRoberta.training(2).evaluating()));
    }
  }

  private static double loss(Roberta model, StepContext context) {
    return model.loss(SmallRoberta.batch(), context).value();
  }

  @Test
  void should_refuse_long_sequences_ids_out_of_range_and_sizes_below_one() {
    Roberta model = SmallRoberta.of(SmallRoberta.DENSE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> logitsAt(model, TokenBatch.of(7, new int[7]), 0))
        .withMessage("a sequence must have at most 6 tokens, had 7");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> logitsAt(model, TokenBatch.of(1, new int[] {11}), 0))
        .withMessage("id must be in 0..10, was 11 (tokens.weight)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LanguageModelConfig(0, 1, SmallRoberta.config(0).stack()))
        .withMessage("vocabulary must be at least 1, was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LanguageModelConfig(1, 0, SmallRoberta.config(0).stack()))
        .withMessage("positions must be at least 1, was 0");
  }

  @Test
  void should_refuse_to_go_back_through_an_evaluation() {
    Loss loss = SmallRoberta.of(SmallRoberta.DENSE).loss(SmallRoberta.batch(), EVALUATION);

    assertThatIllegalStateException()
        .isThrownBy(() -> loss.backward().run())
        .withMessage("an evaluated loss has no backward pass");
  }

  private static Parameter parameter(Roberta model, String name) {
    return model.parameters().stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow();
  }

  private static Roberta spawned() {
    Roberta model = SmallRoberta.of(0, SmallRoberta.EVOMOE, Map.of("noise", "true"));
    model.spawn(SpawnMethod.mask(0.3), 5);
    model.parameters().stream()
        .filter(parameter -> parameter.name().contains("gate"))
        .forEach(parameter -> parameter.value().muli(30));
    return model;
  }
}
