package io.evomoe.kernel.internal.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.AttentionMask;
import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.internal.onednn.AttentionTile.HeadGroups;
import io.evomoe.kernel.internal.onednn.HeadAttention.LaterKeys;
import io.evomoe.nn.internal.Workspaces;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

class LaterKeysTest {
  private final PrimitiveCache cache = new PrimitiveCache();
  private final HeadAttention attention =
      new HeadAttention(cache, new SoftmaxRows(cache), new Rounding(DataType.FLOAT));

  @Test
  void should_hide_the_keys_behind_each_query_of_every_tile() {
    List<AttentionTile> tiles = tiles(1, 200);
    LaterKeys masks = attention.laterKeys(tiles);

    assertThat(tiles).hasSizeGreaterThan(1);
    for (AttentionTile tile : tiles) {
      INDArray mask = masks.of(tile);
      int keys = tile.form().keys();
      for (int i = 0; i < tile.form().queries(); i++) {
        for (int j = 0; j < keys; j++) {
          boolean later = j > tile.firstQuery() + i;
          assertThat(mask.getFloat((long) i * keys + j))
              .isEqualTo(later ? AttentionMask.HIDDEN : 0f);
        }
      }
    }
  }

  @Test
  void should_be_made_once_for_all_layers_of_a_step_and_outlive_it() {
    LaterKeys first;
    try (MemoryWorkspace ignored = Workspaces.open("LATER_KEYS_TEST")) {
      first = attention.laterKeys(tiles(4, 200));
      assertThat(attention.laterKeys(tiles(4, 200))).isSameAs(first);
    }

    assertThat(first.masks()).noneMatch(INDArray::isAttached);
    assertThat(attention.laterKeys(tiles(2, 200))).as("a smaller batch").isSameAs(first);
    assertThat(attention.laterKeys(tiles(4, 100))).isNotSameAs(first);
  }

  private static List<AttentionTile> tiles(int batch, int length) {
    AttentionShape shape = new AttentionShape(batch, 2, length, length, true);
    return AttentionTile.of(HeadGroups.of(shape), 4, true, true).get(0);
  }
}
