package io.evomoe.nn.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class WorkspacesTest {
  private static final String ID = "WORKSPACES_TEST";

  @Test
  void should_grow_with_what_passes_need_and_then_stay() {
    fill(100);
    long small = size();
    fill(100_000);
    long large = size();
    for (int pass = 0; pass < 200; pass++) {
      fill(50_000 + 50_000 * (pass % 2));
    }

    assertThat(small).isGreaterThanOrEqualTo(100 * 8);
    assertThat(large).isGreaterThanOrEqualTo(100_000 * 8);
    assertThat(size()).isEqualTo(large);
  }

  @Test
  void should_keep_what_is_computed_beyond_its_size_right() {
    for (int length : new int[] {10, 1_000, 20, 100_000, 30}) {
      fill(length);
    }
  }

  @Test
  void should_free_the_memory_of_this_thread() {
    Workspaces.free("WORKSPACES_TEST_UNKNOWN");
    fill(100_000);
    Workspaces.free(ID);

    assertThat(Nd4j.getWorkspaceManager().checkIfWorkspaceExists(ID)).isFalse();
    fill(100);
    assertThat(size()).isLessThan(100_000);
  }

  private static void fill(int length) {
    try (MemoryWorkspace ignored = Workspaces.open(ID)) {
      INDArray first = Nd4j.valueArrayOf(new long[] {length}, 2.0, DataType.DOUBLE);
      INDArray second = Nd4j.valueArrayOf(new long[] {length}, 3.0, DataType.DOUBLE);
      assertThat(first.isAttached()).isTrue();
      assertThat(first.mul(second).sumNumber().doubleValue()).isEqualTo(6.0 * length);
    }
  }

  private static long size() {
    try (MemoryWorkspace workspace = Workspaces.open(ID)) {
      return workspace.getCurrentSize();
    }
  }
}
