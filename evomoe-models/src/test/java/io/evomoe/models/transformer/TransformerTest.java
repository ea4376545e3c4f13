package io.evomoe.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.evolution.SpawnMethod;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.models.text.PairBatch;
import io.evomoe.moe.GateProvider;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.step.StepContext;
import io.evomoe.training.Loss;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class TransformerTest {
  private static final int[][] SOURCES = {{4, 9, 4, 10, 3}, {10}, {3, 5, 7}};
  private static final int[][] TARGETS = {{6, 7}, {7, 8, 4, 4}, {}};
  private static final int[] COUNTED = {3, 5, 1};
  private static final PairBatch BATCH = SmallTransformer.batch(0, SOURCES, TARGETS);
  private static final StepContext TRAINING = SmallTransformer.training(1);
  private static final int EXPERT = 2 * 6 * 8 + 8 + 6;

  @ParameterizedTest
  @ValueSource(strings = {"encoder.blocks.1", "decoder.blocks.0"})
  void should_name_the_first_block_whose_output_is_not_finite(String block) {
    Transformer model = SmallTransformer.of(SmallTransformer.DENSE, Map.of(), DataType.DOUBLE);
    model.parameters().stream()
        .filter(p -> p.name().startsWith(block) && p.name().endsWith("contract.bias"))
        .forEach(p -> p.value().putScalar(0, Double.NaN));
    PairBatch batch = SmallTransformer.batch(0, new int[][] {{4, 5}}, new int[][] {{6, 7, 8}});

    assertThatExceptionOfType(NotFiniteException.class)
        .isThrownBy(() -> model.loss(batch, SmallTransformer.training(1)))
        .withMessage("the output of %s was not finite", block);
  }

  @Test
  void should_give_padded_sentences_the_loss_and_gradients_of_unpadded_ones() {
    Map<String, String> local = Map.of("capacityFactor", "infinite", "alpha", "0");
    for (Transformer model :
        List.of(
            model(SmallTransformer.DENSE),
            SmallTransformer.of(SmallTransformer.SWITCH, local, DataType.DOUBLE))) {
      double loss = 0;
      Map<String, INDArray> gradients = new HashMap<>();
      for (int i = 0; i < SOURCES.length; i++) {
        double share = COUNTED[i] / 9.0;
        int[][] source = {SOURCES[i]};
        int[][] target = {TARGETS[i]};
        loss += share * backward(model, SmallTransformer.batch(0, source, target)).value();
        for (Parameter parameter : model.parameters()) {
          gradients.merge(parameter.name(), parameter.gradient().mul(share), INDArray::add);
        }
      }
      for (int more : new int[] {0, 2}) {
        Loss together = backward(model, SmallTransformer.batch(more, SOURCES, TARGETS));

        assertThat(together.value()).isCloseTo(loss, within(1e-10));
        for (Parameter parameter : model.parameters()) {
          INDArray expected = gradients.get(parameter.name());
          assertThat(parameter.gradient().distance2(expected))
              .as(parameter.name())
              .isLessThanOrEqualTo(1e-10);
        }
      }
    }
  }

  private static Loss backward(Transformer model, PairBatch batch) {
    model.parameters().forEach(Parameter::clearGradient);
    Loss loss = model.loss(batch, TRAINING);
    loss.backward().run();
    return loss;
  }

  @Test
  void should_have_the_same_loss_and_gradients_with_recomputed_blocks() {
    Map<String, String> drops = Map.of("capacityFactor", "0.7");
    Transformer kept =
        SmallTransformer.of(
            SmallTransformer.config(0.2, 0.1), SmallTransformer.SWITCH, drops, DataType.DOUBLE);
    Transformer again =
        SmallTransformer.of(
            SmallTransformer.recomputed(0.2), SmallTransformer.SWITCH, drops, DataType.DOUBLE);

    assertThat(backward(again, BATCH).value()).isEqualTo(backward(kept, BATCH).value());
    for (int i = 0; i < kept.parameters().size(); i++) {
      assertThat(again.parameters().get(i).gradient())
          .as(kept.parameters().get(i).name())
          .isEqualTo(kept.parameters().get(i).gradient());
    }
  }

  @Test
  void should_not_see_later_tokens_of_the_target() {
    int[] target = {6, 7, 9};
    Transformer model = SmallTransformer.spawned(DataType.DOUBLE);
    for (StepContext context : List.of(SmallTransformer.evaluation(), TRAINING)) {
      for (int changed = 0; changed < target.length; changed++) {
        int[] other = target.clone();
        other[changed] = 5;
        for (int place = 0; place <= target.length; place++) {
          double before = lossAt(model, SOURCES[0], target, place, context);
          boolean same =
              Math.abs(lossAt(model, SOURCES[0], other, place, context) - before) < 1e-12;
          assertThat(same)
              .as("token %d changed, loss at %d", changed, place)
              .isEqualTo(place <= changed);
        }
      }
    }
  }

  @Test
  void should_see_every_token_of_the_source_everywhere() {
    Transformer model = SmallTransformer.spawned(DataType.DOUBLE);
    for (int changed = 0; changed < SOURCES[0].length; changed++) {
      int[] source = SOURCES[0].clone();
      source[changed] = 8;
      for (int place = 0; place < 3; place++) {
        assertThat(lossAt(model, source, TARGETS[0], place, TRAINING))
            .isNotCloseTo(lossAt(model, SOURCES[0], TARGETS[0], place, TRAINING), within(1e-9));
      }
    }
  }

  /** The loss of naming token 3 at one place. */
  private static double lossAt(
      Transformer model, int[] source, int[] target, int place, StepContext context) {
    PairBatch batch = SmallTransformer.batch(0, new int[][] {source}, new int[][] {target});
    int[] targets = new int[target.length + 1];
    Arrays.fill(targets, LanguageBatch.IGNORED);
    targets[place] = 3;
    return model.loss(new PairBatch(batch.source(), batch.target(), targets), context).value();
  }

  @Test
  void should_smooth_labels_in_training_alone() {
    Transformer smooth = model(SmallTransformer.DENSE);
    Transformer sharp =
        SmallTransformer.of(
            SmallTransformer.config(0, 0), SmallTransformer.DENSE, Map.of(), DataType.DOUBLE);
    double uniform = 0;
    for (int token = 0; token < SmallTransformer.VOCABULARY; token++) {
      int[] targets = BATCH.targets();
      int named = token;
      Arrays.setAll(targets, s -> targets[s] < 0 ? targets[s] : named);
      PairBatch all = new PairBatch(BATCH.source(), BATCH.target(), targets);
      uniform += sharp.loss(all, TRAINING).value() / SmallTransformer.VOCABULARY;
    }
    double plain = sharp.loss(BATCH, TRAINING).value();

    assertThat(smooth.loss(BATCH, TRAINING).value())
        .isCloseTo(0.9 * plain + 0.1 * uniform, within(1e-12));
    assertThat(smooth.loss(BATCH, SmallTransformer.evaluation()).value())
        .isCloseTo(plain, within(1e-12));
  }

  @Test
  void should_draw_dropout_and_noise_from_the_seed_in_training_alone() {
    Transformer dropping =
        SmallTransformer.of(
            SmallTransformer.config(0.2, 0.1), SmallTransformer.DENSE, Map.of(), DataType.DOUBLE);
    for (Transformer model : List.of(dropping, SmallTransformer.spawned(DataType.DOUBLE))) {
      assertThat(loss(model, TRAINING)).isEqualTo(loss(model, TRAINING));
      assertThat(loss(model, TRAINING)).isNotEqualTo(loss(model, SmallTransformer.training(2)));
      assertThat(loss(model, TRAINING.evaluating()))
          .isEqualTo(loss(model, SmallTransformer.training(2).evaluating()));
    }
  }

  private static double loss(Transformer model, StepContext context) {
    return model.loss(BATCH, context).value();
  }

  @Test
  void should_share_one_embedding_between_both_sides_and_the_head() {
    Transformer model = model(SmallTransformer.DENSE);

    assertThat(model.parameters())
        .filteredOn(parameter -> parameter.value().size(0) == SmallTransformer.VOCABULARY)
        .hasSize(1)
        .first()
        .extracting(Parameter::name)
        .isEqualTo("tokens.weight");
  }

  @Test
  void should_spawn_the_experts_of_both_stacks_once() {
    Transformer model = model(SmallTransformer.EVOMOE);
    List<Parameter> old = model.parameters();
    Map<Parameter, Parameter> lineage = model.spawn(SpawnMethod.mask(0.3), 5);

    assertThat(model.evolving().places()).hasSize(2);
    assertThat(lineage).hasSize(2 * 4 * SmallTransformer.EXPERTS);
    assertThat(old).containsAll(lineage.values());
    assertThat(model.parameters())
        .containsAll(lineage.keySet())
        .hasSize(old.size() + 2 * (4 * (SmallTransformer.EXPERTS - 1) + 1))
        .extracting(Parameter::name)
        .doesNotHaveDuplicates();
    assertThatIllegalStateException().isThrownBy(() -> model.spawn(SpawnMethod.mask(0.3), 5));
  }

  @Test
  void should_count_the_parameters_of_the_experts_that_a_token_has() {
    double dense = parameters(model(SmallTransformer.DENSE));
    Transformer spawned = SmallTransformer.spawned(DataType.DOUBLE);
    double gates = 2 * 6 * SmallTransformer.EXPERTS;

    assertThat(model(SmallTransformer.EVOMOE).activeParameters(0)).isEqualTo(dense);
    assertThat(spawned.activeParameters(1)).isEqualTo(dense + gates);
    assertThat(spawned.activeParameters(2.5)).isEqualTo(dense + gates + 2 * 1.5 * EXPERT);
    assertThat(spawned.activeParameters(SmallTransformer.EXPERTS)).isEqualTo(parameters(spawned));
  }

  private static double parameters(Transformer model) {
    return model.parameters().stream().mapToDouble(Parameter::length).sum();
  }

  @Test
  void should_count_targets_tokens_and_the_work_of_each_stack_on_its_own_tokens() {
    Transformer model = model(SmallTransformer.DENSE);
    Loss loss = model.loss(BATCH, TRAINING);
    double encoder =
        model.parameters().stream()
            .filter(parameter -> parameter.name().startsWith("encoder"))
            .mapToDouble(Parameter::length)
            .sum();

    assertThat(loss.targets()).isEqualTo(9);
    assertThat(loss.tokens()).isEqualTo(9 + 12);
    assertThat(loss.flops())
        .isCloseTo(6 * (12 * encoder + 9 * (parameters(model) - encoder)), within(1e-6));
    assertThat(loss.auxLoss()).isZero();
  }

  @Test
  void should_refuse_long_sequences_and_to_go_back_through_an_evaluation() {
    Transformer model = model(SmallTransformer.DENSE);
    PairBatch longSource = SmallTransformer.batch(0, new int[][] {new int[8]}, new int[][] {{5}});
    PairBatch longTarget = SmallTransformer.batch(0, new int[][] {{5}}, new int[][] {new int[8]});

    for (PairBatch batch : List.of(longSource, longTarget)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.loss(batch, TRAINING))
          .withMessage("a sequence must have at most 8 tokens, had 9");
    }
    assertThatIllegalStateException()
        .isThrownBy(() -> model.loss(BATCH, SmallTransformer.evaluation()).backward().run())
        .withMessage("an evaluated loss has no backward pass");
  }

  private static Transformer model(GateProvider gates) {
    return SmallTransformer.of(gates, Map.of(), DataType.DOUBLE);
  }
}
