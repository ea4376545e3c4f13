package io.evomoe.kernel;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.evomoe.nn.internal.Workspaces;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class RepeatedArraysTest {
  private final RepeatedArrays arrays = new RepeatedArrays();

  @AfterEach
  void close() {
    arrays.close();
  }

  private <T> T repeat(Supplier<T> pass) {
    try (MemoryWorkspace ignored = Workspaces.open("repeated")) {
      return arrays.repeat(pass);
    }
  }

  private static INDArray create(long... shape) {
    return RepeatedArrays.create(DataType.FLOAT, shape);
  }

  @Test
  void aRepetitionReusesTheArraysOfTheOneBefore() {
    INDArray[] first = repeat(() -> new INDArray[] {create(2, 3), create(2, 3)});
    assertNotSame(first[0], first[1]);
    INDArray[] second = repeat(() -> new INDArray[] {create(2, 3), create(2, 3)});
    assertSame(first[0], second[0]);
    assertSame(first[1], second[1]);
  }

  @Test
  void anArrayOfAnotherShapeOrTypeIsNewAndTheOldOneIsFreed() {
    INDArray first = repeat(() -> create(2, 3));
    INDArray wider = repeat(() -> create(2, 4));
    assertTrue(first.wasClosed());
    INDArray exact = repeat(() -> RepeatedArrays.create(DataType.DOUBLE, 2, 4));
    assertTrue(wider.wasClosed());
    assertSame(exact, repeat(() -> RepeatedArrays.create(DataType.DOUBLE, 2, 4)));
  }

  @Test
  void arraysOutsideThePassOrItsWorkspaceAreNotReused() {
    INDArray reused = repeat(() -> create(2, 3));
    assertNotSame(reused, create(2, 3));
    Supplier<INDArray> kept =
        () -> {
          try (var ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return create(2, 3);
          }
        };
    assertNotSame(repeat(kept), repeat(kept));
    assertSame(reused, repeat(() -> create(2, 3)));
  }

  @Test
  void arraysOfAPassWithoutAWorkspaceAreNotReused() {
    assertNotSame(arrays.repeat(() -> create(2, 3)), arrays.repeat(() -> create(2, 3)));
  }

  @Test
  void closingFreesTheArrays() {
    INDArray first = repeat(() -> create(2, 3));
    assertFalse(first.wasClosed());
    arrays.close();
    assertTrue(first.wasClosed());
  }
}
