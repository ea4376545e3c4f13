package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.moe.Gate.TopKRouting;
import io.evomoe.moe.Router.RouterLogits;
import io.evomoe.moe.RouterOptions.Init;
import io.evomoe.moe.RouterOptions.Prior;
import io.evomoe.moe.RouterOptions.PriorFallback;
import io.evomoe.moe.RouterOptions.PriorLayers;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class RouterTest {
  private static final int EXPERTS = 3;
  private static final int VOCABULARY = 6;

  /** Stands for no text. */
  private static final int SPECIAL = 5;

  /** Id 2 twice, a special id, and padding with an id that is not even one. */
  private static final int[] IDS = {2, 0, SPECIAL, 2, 99};

  private static final int PADDING = 4;
  private static final StepContext SOFT = new StepContext(3, Phase.SOFT, 1, true, 1);
  private static final StepContext EARLY = new StepContext(3, Phase.SOFT, 1, 0.25, 1, true, 1);

  private final INDArray tokens = rows(IDS.length, 4);

  @ParameterizedTest
  @CsvSource({"FIXED, 1", "LEARNED, 1", "ANNEALED, 0.25"})
  void should_add_to_each_token_what_its_id_says(Prior prior, double share) {
    Router router = router(prior, DataType.DOUBLE);
    INDArray table = table(router).value();
    TokenMatrix plain = router(Prior.NONE, DataType.DOUBLE).forward(tokens, pass(EARLY)).values();
    TokenMatrix z = router.forward(tokens, pass(EARLY)).values();

    for (int s = 0; s < IDS.length; s++) {
      boolean has = s != PADDING && IDS[s] != SPECIAL;
      for (int e = 0; e < EXPERTS; e++) {
        double added = has ? share * table.getDouble(IDS[s], e) : 0;
        assertThat(z.get(s, e)).isCloseTo(plain.get(s, e) + added, within(1e-12));
        assertThat(added != 0).isEqualTo(has);
      }
    }
  }

  @Test
  void should_be_drawn_from_the_scale_the_seed_and_the_name_alone() {
    INDArray table = table(router(Prior.FIXED, DataType.DOUBLE, 4)).value();

    assertThat(table(router(Prior.LEARNED, DataType.DOUBLE, 4)).value()).isEqualTo(table);
    assertThat(table(router(Prior.FIXED, DataType.DOUBLE, 1)).value().mul(4)).isEqualTo(table);
    Scope scope = Scope.root(3, KernelSelection.forType(DataType.DOUBLE)).gate();
    INDArray drawn = scope.normal("prior", 4, VOCABULARY, EXPERTS).value();
    for (int id = 0; id < VOCABULARY; id++) {
      INDArray row = drawn.getRow(id).mul(id == SPECIAL ? 0 : 1);
      assertThat(table.getRow(id)).isEqualTo(row);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void should_train_the_rows_of_a_learned_prior_but_not_those_of_special_ids(DataType type) {
    Router router = router(Prior.LEARNED, type);
    TokenMatrix dz = TokenMatrix.of(rows(IDS.length, EXPERTS));
    router.forward(tokens.castTo(type), pass(SOFT)).backward(dz.toArray(type));
    INDArray gradient = table(router).gradient();

    for (int id = 0; id < VOCABULARY; id++) {
      for (int e = 0; e < EXPERTS; e++) {
        double expected =
            switch (id) {
              case 0 -> dz.get(1, e);
              case 2 -> dz.get(0, e) + dz.get(3, e);
              default -> 0;
            };
        assertThat(gradient.getDouble(id, e)).isCloseTo(expected, within(1e-6));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FIXED", "ANNEALED"})
  void should_leave_alone_a_prior_that_is_not_learned(Prior prior) {
    Router router = router(prior, DataType.DOUBLE);
    router.forward(tokens, pass(EARLY)).backward(rows(IDS.length, EXPERTS));

    assertThat(table(router).frozen()).isTrue();
    assertThat(table(router).hasGradient()).isFalse();
    assertThat(router.parameters().get(0).hasGradient()).isTrue();
  }

  @Test
  void should_be_a_router_without_a_prior_to_the_bit_once_it_is_annealed() {
    Router router = router(Prior.ANNEALED, DataType.FLOAT);
    Router plain = router(Prior.NONE, DataType.FLOAT);
    INDArray x = tokens.castTo(DataType.FLOAT);

    for (StepContext done : List.of(SOFT, EARLY.hard(2))) {
      TokenMatrix z = router.forward(x, pass(done)).values();
      assertThat(z.toArray(DataType.DOUBLE))
          .isEqualTo(plain.forward(x, pass(done)).values().toArray(DataType.DOUBLE));
      assertThat(router.topKRouting(done, 2, true))
          .isEqualTo(new TopKRouting.Fixed(2, true, router.parameters().get(0)));
    }
    assertThat(router.topKRouting(EARLY, 2, true)).isInstanceOf(TopKRouting.Other.class);
  }

  @Test
  void should_teach_the_choices_of_an_annealed_prior_as_long_as_it_acts() {
    Router taught =
        new Router(
            spec(DataType.DOUBLE, VOCABULARY),
            new RouterOptions(
                Prior.ANNEALED, 4, 0.5, PriorFallback.NONE, PriorLayers.ALL, Init.NORMAL));
    TokenMatrix z = router(Prior.NONE, DataType.DOUBLE).forward(tokens, pass(EARLY)).values();
    int[] choices = taught.forward(tokens, pass(EARLY)).values().argMax();
    double mean = 0;
    for (int s : pass(EARLY).tokens().realRows()) {
      mean += (Softmax.logSumExp(z, s) - z.get(s, choices[s])) / (IDS.length - 1);
    }

    assertThat(lossOf(taught, EARLY)).isCloseTo(0.5 * mean, within(1e-12)).isPositive();
    assertThat(taught.losses()).isEqualTo(Map.of("distillation of the prior", 0.5));
    for (StepContext without : List.of(SOFT, EARLY.hard(2), EARLY.evaluating())) {
      assertThat(lossOf(taught, without)).isZero();
    }
    assertThat(lossOf(router(Prior.ANNEALED, DataType.DOUBLE), EARLY)).isZero();
  }

  private double lossOf(Router router, StepContext step) {
    RouterLogits logits = router.forward(tokens, pass(step));
    return logits
        .routed(Routing.of(new int[IDS.length][0], logits.values()), 0, gradient -> null)
        .auxLoss();
  }

  @ParameterizedTest
  @EnumSource(names = {"FIXED", "LEARNED"})
  void should_be_no_top_k_router_with_a_prior_that_stays(Prior prior) {
    assertThat(router(prior, DataType.DOUBLE).topKRouting(SOFT.hard(1), 1, false))
        .isEqualTo(
            new TopKRouting.Other(
                "adds what a token's id says to its logits (option prior; with Llama blocks, convert"
                    + " --embed-prior moves it into the embedding)"));
  }

  @Test
  void should_touch_one_row_for_each_token() {
    assertThat(router(Prior.NONE, DataType.DOUBLE).idleParameters()).isZero();
    assertThat(router(Prior.FIXED, DataType.DOUBLE).idleParameters())
        .isEqualTo((VOCABULARY - 1) * EXPERTS);
  }

  @Test
  void should_route_padding_alone_without_looking_at_any_id() {
    Pass pass = new Pass(SOFT, new TokenBatch(2, new int[] {99, -1}, new boolean[] {true, true}));
    Router router = router(Prior.LEARNED, DataType.DOUBLE);
    router.forward(rows(2, 4), pass).backward(rows(2, EXPERTS));

    assertThat(table(router).hasGradient()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, VOCABULARY})
  void should_refuse_an_id_outside_the_vocabulary(int id) {
    Pass pass = new Pass(SOFT, TokenBatch.of(1, new int[] {id}));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> router(Prior.FIXED, DataType.DOUBLE).forward(rows(1, 4), pass))
        .withMessage("token id must be in 0..5 of the prior gate.prior, was " + id);
  }

  @Test
  void should_say_which_prior_diverged() {
    Router router = router(Prior.LEARNED, DataType.DOUBLE);
    table(router).value().putScalar(2, 1, Double.NaN);

    assertThatExceptionOfType(NotFiniteException.class)
        .isThrownBy(() -> router.forward(tokens, pass(SOFT)))
        .withMessageContaining("gate.prior");
  }

  @Test
  void should_refuse_a_prior_where_tokens_have_no_ids() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Router(spec(DataType.DOUBLE, 0), options(Prior.LEARNED, 4)))
        .withMessage("option prior must be none if tokens have no ids, was learned");
    assertThat(new Router(spec(DataType.DOUBLE, 0), RouterOptions.PLAIN).parameters()).hasSize(1);
  }

  @Test
  void should_refuse_to_anneal_where_nobody_knows_for_how_long() {
    GateSpec known = spec(DataType.DOUBLE, VOCABULARY);
    GateSpec unknown =
        new GateSpec(
            known.scope(), 4, EXPERTS, 0, 1, 1, VOCABULARY, true, Map.of(), TrainingFacts.UNKNOWN);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Router(unknown, options(Prior.ANNEALED, 4)))
        .withMessage(
            "option prior must be none or not annealed if the number of training steps is"
                + " unknown, was annealed");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, 100.5, Double.NaN})
  void should_refuse_a_scale_out_of_its_bounds(double scale) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options(Prior.FIXED, scale))
        .withMessage("priorScale must be a number above 0 and at most 100, was " + scale);
  }

  @Test
  void should_start_uniformly_where_asked_to() {
    Scope scope = Scope.root(3, KernelSelection.forType(DataType.DOUBLE)).gate();
    GateSpec wide =
        new GateSpec(scope, 400, 50, 0, 1, 1, VOCABULARY, true, Map.of(), TrainingFacts.UNKNOWN);
    RouterOptions options =
        new RouterOptions(Prior.NONE, 4, 0, PriorFallback.NONE, PriorLayers.ALL, Init.UNIFORM);
    INDArray w = new Router(wide, options).parameters().get(0).value();

    assertThat(w.maxNumber().doubleValue()).isBetween(0.0499, 0.05);
    assertThat(w.minNumber().doubleValue()).isBetween(-0.05, -0.0499);
    assertThat(w.meanNumber().doubleValue()).isCloseTo(0, within(1e-3));
    assertThat(w.stdNumber().doubleValue()).isCloseTo(0.05 / Math.sqrt(3), within(1e-3));
    assertThat(new Router(wide, options).parameters().get(0).value()).isEqualTo(w);
    assertThat(new Router(wide, RouterOptions.PLAIN).parameters().get(0).value().stdNumber())
        .satisfies(deviation -> assertThat(deviation.doubleValue()).isCloseTo(0.02, within(1e-3)));
  }

  @ParameterizedTest
  @CsvSource({"ALL, 0, 2", "ALL, 1, 2", "LAST, 0, 1", "LAST, 1, 2"})
  void should_have_a_prior_in_the_layers_that_are_asked_for(
      PriorLayers layers, int layer, int parameters) {
    GateSpec only = spec(DataType.DOUBLE, VOCABULARY);
    GateSpec spec =
        new GateSpec(
            only.scope(), 4, EXPERTS, layer, 2, 2, VOCABULARY, true, Map.of(), only.training());
    RouterOptions options =
        new RouterOptions(Prior.LEARNED, 4, 0, PriorFallback.NONE, layers, Init.NORMAL);

    assertThat(new Router(spec, options).parameters()).hasSize(parameters);
    assertThat(new Router(only, options).parameters()).hasSize(2);
  }

  private static Router router(Prior prior, DataType type) {
    return router(prior, type, 4);
  }

  private static Router router(Prior prior, DataType type, double scale) {
    return new Router(spec(type, VOCABULARY), options(prior, scale));
  }

  private static RouterOptions options(Prior prior, double scale) {
    return new RouterOptions(prior, scale, 0, PriorFallback.NONE, PriorLayers.ALL, Init.NORMAL);
  }

  private static GateSpec spec(DataType type, int vocabulary) {
    Scope scope = Scope.root(3, KernelSelection.forType(type)).gate();
    TrainingFacts facts = TrainingFacts.ofSteps(10).withSpecialIds(Set.of(SPECIAL, 70));
    return new GateSpec(scope, 4, EXPERTS, 0, 1, 1, vocabulary, true, Map.of(), facts);
  }

  private static Parameter table(Router router) {
    return router.parameters().get(1);
  }

  private static Pass pass(StepContext step) {
    boolean[] padding = new boolean[IDS.length];
    padding[PADDING] = true;
    return new Pass(step, new TokenBatch(IDS.length, IDS, padding));
  }

  private static INDArray rows(int tokens, int width) {
    return Nd4j.linspace(DataType.DOUBLE, -1, 0.3, (long) tokens * width).reshape(tokens, width);
  }
}
