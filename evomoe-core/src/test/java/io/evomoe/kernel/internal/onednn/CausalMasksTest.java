package io.evomoe.kernel.internal.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.internal.onednn.AttentionTile.HeadGroups;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class CausalMasksTest {
  private static final long MOST = 10_000;

  private final CausalMasks masks = new CausalMasks(MOST);

  @Test
  void should_hide_later_keys_and_be_made_once() {
    AttentionTile tile = tile(3, 5);

    INDArray mask = masks.of(tile);

    assertThat(masks.of(tile(3, 5))).isSameAs(mask);
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 5; j++) {
        assertThat(mask.getFloat(5L * i + j)).isEqualTo(j > i ? AttentionMask.HIDDEN : 0f);
      }
    }
  }

  /** As prompts of ever other lengths have them. */
  @Test
  void should_keep_no_more_than_its_bound_however_many_forms_there_are() {
    INDArray first = masks.of(tile(1, 2));
    for (int length = 10; length < 90; length++) {
      masks.of(tile(length, length + 10));
      assertThat(masks.of(tile(1, 2))).as("used ever again").isSameAs(first);
      assertThat(masks.elements()).isLessThanOrEqualTo(MOST);
    }
    INDArray large = masks.of(tile(200, 200));
    assertThat(large.length()).isEqualTo(40_000);
    assertThat(masks.of(tile(200, 200))).as("the last one").isSameAs(large);
  }

  private static AttentionTile tile(int queries, int keys) {
    AttentionShape shape = new AttentionShape(1, 1, queries, keys, true);
    List<List<AttentionTile>> tiles = AttentionTile.of(HeadGroups.of(shape), 4, false, true);
    return tiles.get(0).get(0);
  }
}
