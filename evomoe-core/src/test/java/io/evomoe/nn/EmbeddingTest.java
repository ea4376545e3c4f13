package io.evomoe.nn;

import static io.evomoe.nn.LayerFixture.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.testing.GradientCheck;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class EmbeddingTest {
  private static final int[] IDS = {4, 0, 4, 2};

  private final Embedding embedding = new Embedding(LayerFixture.scope(), 5, 3, 1);
  private final INDArray table = embedding.parameters().get(0).value();

  @Test
  void should_look_up_rows_by_id() {
    INDArray rows = embedding.lookUp(IDS).value();
    for (int i = 0; i < IDS.length; i++) {
      assertThat(rows.getRow(i)).isEqualTo(table.getRow(IDS[i]));
    }
  }

  @Test
  void should_refuse_ids_that_have_no_row() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> embedding.lookUp(new int[] {0, 5}))
        .withMessage("id must be in 0..4, was 5 (layer.weight)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> embedding.lookUp(new int[] {-1}))
        .withMessageContaining("was -1");
  }

  @Test
  void should_add_up_the_gradients_of_an_id_looked_up_twice() {
    INDArray dy = random(2, 4, 3);
    INDArray returned = embedding.lookUp(IDS).pullback().pull(dy);

    assertThat(returned).isEqualTo(random(2, 4, 3));
    checkTable(() -> embedding.lookUp(IDS), dy);
  }

  @Test
  void should_have_the_gradients_of_central_differences_as_output_head() {
    INDArray h = random(3, 4, 3);
    INDArray dLogits = random(4, 4, 5);
    INDArray dh = embedding.logits(h).pullback().pull(dLogits);

    GradientCheck.DEFAULT.check(() -> dot(embedding.logits(h), dLogits), "h", h, dh);
    checkTable(() -> embedding.logits(h), dLogits);
  }

  @Test
  void should_give_a_row_alone_the_logits_that_it_has_among_others() {
    INDArray h = random(3, 4, 3);
    INDArray together = embedding.logits(h).value();
    for (int i = 0; i < h.size(0); i++) {
      INDArray row = h.getRow(i, true).dup('c');
      INDArray dLogits = random(5, 1, 5);
      Output alone = embedding.logits(row);

      assertThat(alone.value()).isEqualTo(together.getRow(i, true));
      INDArray dRow = alone.pullback().pull(dLogits);
      GradientCheck.DEFAULT.check(() -> dot(embedding.logits(row), dLogits), "row", row, dRow);
    }
  }

  @Test
  void should_sum_the_gradients_of_both_ends_where_it_is_tied() {
    INDArray dRows = random(2, 4, 3);
    INDArray dLogits = random(4, 4, 5);
    INDArray h = random(3, 4, 3);
    embedding.logits(h).pullback().pull(dLogits);
    embedding.lookUp(IDS).pullback().pull(dRows);

    GradientCheck.DEFAULT.check(
        () -> dot(embedding.logits(h), dLogits) + dot(embedding.lookUp(IDS), dRows),
        embedding.parameters());
  }

  private void checkTable(Supplier<Output> output, INDArray dy) {
    embedding.parameters().get(0).clearGradient();
    output.get().pullback().pull(dy);
    GradientCheck.DEFAULT.check(() -> dot(output.get(), dy), embedding.parameters());
  }

  private static double dot(Output output, INDArray dy) {
    return output.value().mul(dy).sumNumber().doubleValue();
  }
}
