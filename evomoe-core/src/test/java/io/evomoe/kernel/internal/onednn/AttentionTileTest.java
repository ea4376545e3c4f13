package io.evomoe.kernel.internal.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.AttentionShape;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Kernels.Attended;
import io.evomoe.kernel.Precision;
import io.evomoe.kernel.UsableOneDnn;
import io.evomoe.kernel.internal.nd4j.Nd4jKernels;
import io.evomoe.kernel.internal.onednn.AttentionTile.HeadGroups;
import io.evomoe.testing.Differences;
import io.evomoe.testing.RandomArrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class AttentionTileTest {
  private static final int LONG = 6000;

  @Test
  void should_cover_the_queries_of_any_length_once_and_without_an_empty_tile() {
    for (int length = 1; length <= LONG; length++) {
      AttentionShape shape = new AttentionShape(1, 1, length, length, true);
      int end = length;
      boolean whole = true;
      for (AttentionTile tile : AttentionTile.of(HeadGroups.of(shape), 1, true, true).get(0)) {
        int rows = tile.form().queries();
        whole &= rows > 0 && tile.firstQuery() + rows == end && tile.form().keys() == end;
        end = tile.firstQuery();
      }
      assertThat(whole && end == 0).as("%d queries", length).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"64,4,16", "64,1,16", "5,8,24", "3,4,128", "64,4,1", "7,3,300"})
  void should_cover_sequences_and_heads_once_without_several_of_both(
      int batch, int heads, int length) {
    AttentionShape shape = new AttentionShape(batch, heads, length, length, false);
    Set<List<Integer>> covered = new HashSet<>();
    for (List<AttentionTile> tiles : AttentionTile.of(HeadGroups.of(shape), 8, true, false)) {
      assertThat(tiles).hasSize(1);
      AttentionTile tile = tiles.get(0);
      assertThat(tile.form().sequences() > 1 && tile.form().heads() > 1).isFalse();
      for (int sequence = 0; sequence < tile.form().sequences(); sequence++) {
        for (int head = 0; head < tile.form().heads(); head++) {
          assertThat(covered.add(List.of(tile.firstSequence() + sequence, tile.firstHead() + head)))
              .isTrue();
        }
      }
    }
    assertThat(covered).hasSize(batch * heads);
  }

  @ParameterizedTest
  @CsvSource({"1,8", "16,1"})
  void should_take_a_sequence_at_a_time_where_sums_have_one_term(int length, int headWidth) {
    AttentionShape shape = new AttentionShape(64, 4, length, length, false);
    assertThat(AttentionTile.of(HeadGroups.of(shape), headWidth, true, false)).hasSize(64);
  }

  @Test
  void should_take_many_short_sequences_together() {
    AttentionShape shape = new AttentionShape(64, 4, 16, 16, false);
    assertThat(AttentionTile.of(HeadGroups.of(shape), 8, true, false)).hasSize(4);
  }

  /** 67 blocks of 65 rows would begin beyond the last query. */
  @Test
  void should_attend_as_the_portable_kernels_do_where_blocks_do_not_divide_the_queries() {
    UsableOneDnn.assumeUsable(Precision.F32);

    List<INDArray> found = attended(UsableOneDnn.kernels(Precision.F32));

    List<INDArray> wanted = attended(new Nd4jKernels(DataType.FLOAT));
    for (int i = 0; i < wanted.size(); i++) {
      assertThat(Differences.relative(found.get(i), wanted.get(i))).isLessThan(1e-4);
    }
  }

  /** Output and gradients of q, k and v. */
  private static List<INDArray> attended(Kernels kernels) {
    int length = 67 * 64 + 1;
    INDArray q = RandomArrays.gaussian(DataType.FLOAT, 1, length, 2);
    INDArray k = RandomArrays.gaussian(DataType.FLOAT, 2, length, 2);
    INDArray v = RandomArrays.gaussian(DataType.FLOAT, 3, length, 2);
    INDArray dq = q.like();
    INDArray dk = q.like();
    INDArray dv = q.like();
    Attended forward = kernels.attention(q, k, v, new AttentionShape(1, 1, length, length, true));
    forward.pull(RandomArrays.gaussian(DataType.FLOAT, 4, length, 2), dq, dk, dv);
    return List.of(forward.output(), dq, dk, dv);
  }
}
