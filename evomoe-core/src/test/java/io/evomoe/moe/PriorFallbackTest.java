package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.evomoe.kernel.KernelSelection;
import io.evomoe.moe.RouterOptions.Init;
import io.evomoe.moe.RouterOptions.Prior;
import io.evomoe.moe.RouterOptions.PriorFallback;
import io.evomoe.moe.RouterOptions.PriorLayers;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Tokens without a row of their own take that of the nearest token before them in their text. */
class PriorFallbackTest {
  private static final int WIDTH = 4;
  private static final int EXPERTS = 3;
  private static final int VOCABULARY = 6;
  private static final int NONE = -1;
  private static final StepContext STEP = new StepContext(3, Phase.SOFT, 1, true, 1);

  /** Stand for no text. */
  private static final int MASK = 5;

  private static final int END = 4;

  @Test
  void should_take_the_row_of_the_nearest_token_before_it() {
    int[] ids = {2, MASK, MASK, 1, END, MASK};

    assertRows(batch(6, ids), 2, 2, 2, 1, 1, 1);
  }

  @Test
  void should_take_none_from_another_sequence() {
    int[] ids = {0, 1, 2, MASK, MASK, 3};

    assertRows(batch(3, ids), 0, 1, 2, NONE, NONE, 3);
  }

  @Test
  void should_take_none_from_another_document_nor_over_padding() {
    int[] ids = {0, 1, MASK, MASK};
    TokenBatch packed = batch(4, ids).withDocuments(new int[] {7, 7, 8, 8});
    TokenBatch padded = new TokenBatch(4, ids, new boolean[] {false, true, false, false});

    assertRows(packed, 0, 1, NONE, NONE);
    assertRows(padded, 0, NONE, NONE, NONE);
  }

  @Test
  void should_train_the_row_that_was_taken_by_all_that_took_it() {
    TokenBatch batch = batch(4, new int[] {2, MASK, MASK, 1});
    Router router = router(PriorFallback.BEFORE, Set.of(MASK, END));
    TokenMatrix dz = TokenMatrix.of(rows(4, EXPERTS));
    router.forward(rows(4, WIDTH), new Pass(STEP, batch)).backward(dz.toArray(DataType.DOUBLE));
    INDArray gradient = table(router, true);

    for (int e = 0; e < EXPERTS; e++) {
      assertThat(gradient.getDouble(2, e))
          .isCloseTo(dz.get(0, e) + dz.get(1, e) + dz.get(2, e), within(1e-12));
      assertThat(gradient.getDouble(1, e)).isEqualTo(dz.get(3, e));
      assertThat(gradient.getDouble(MASK, e)).isZero();
    }
  }

  @Test
  void should_know_what_has_no_row_from_a_table_that_was_loaded_where_nobody_knows_the_ids() {
    Router router = router(PriorFallback.BEFORE, Set.of());
    table(router, false).getRow(MASK).assign(0);
    TokenBatch batch = batch(3, new int[] {2, MASK, END});

    assertRows(router, batch, 2, 2, END);
  }

  @Test
  void should_leave_them_without_where_nothing_else_is_asked() {
    Router router = router(RouterOptions.PLAIN.priorFallback(), Set.of(MASK, END));

    assertRows(router, batch(3, new int[] {2, MASK, 1}), 2, NONE, 1);
  }

  private static void assertRows(TokenBatch batch, int... rows) {
    assertRows(router(PriorFallback.BEFORE, Set.of(MASK, END)), batch, rows);
  }

  private static void assertRows(Router router, TokenBatch batch, int... rows) {
    INDArray tokens = rows(batch.size(), WIDTH);
    Pass pass = new Pass(STEP, batch);
    TokenMatrix z = router.forward(tokens, pass).values();
    Router plain = new Router(spec(Set.of()), RouterOptions.PLAIN);
    TokenMatrix own = plain.forward(tokens, pass).values();
    for (int s = 0; s < rows.length; s++) {
      for (int e = 0; e < EXPERTS; e++) {
        double prior = rows[s] == NONE ? 0 : table(router, false).getDouble(rows[s], e);
        assertThat(z.get(s, e)).as("token %d", s).isCloseTo(own.get(s, e) + prior, within(1e-12));
      }
    }
  }

  private static Router router(PriorFallback fallback, Set<Integer> special) {
    return new Router(
        spec(special),
        new RouterOptions(Prior.LEARNED, 4, 0, fallback, PriorLayers.ALL, Init.NORMAL));
  }

  private static GateSpec spec(Set<Integer> special) {
    Scope scope = Scope.root(3, KernelSelection.forType(DataType.DOUBLE)).gate();
    TrainingFacts facts = TrainingFacts.ofSteps(10).withSpecialIds(special);
    return new GateSpec(scope, WIDTH, EXPERTS, 0, 1, 1, VOCABULARY, true, Map.of(), facts);
  }

  private static INDArray table(Router router, boolean gradient) {
    var table = router.parameters().get(1);
    return gradient ? table.gradient() : table.value();
  }

  private static TokenBatch batch(int length, int[] ids) {
    return TokenBatch.of(length, ids);
  }

  private static INDArray rows(int n, int width) {
    return Nd4j.linspace(DataType.DOUBLE, 0.1, 0.3, (long) n * width).reshape(n, width);
  }
}
