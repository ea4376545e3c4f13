package io.evomoe.internal.natives;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.BaseShapeInfoProvider;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.options.ArrayOptionsHelper;
import org.nd4j.linalg.factory.Nd4j;

class ShapeCacheTest {
  private static final long[][] SHAPES = {{}, {1}, {7}, {2, 3}, {3, 2}, {1, 1, 5}, {4, 3, 2, 1}};

  /** ND4J's own descriptions, made anew each time. */
  private static final class Uncached extends BaseShapeInfoProvider {
    @Override
    public void purgeCache() {}
  }

  @Test
  void arrays_of_the_same_shape_should_share_its_description() {
    assertThat(Nd4j.getShapeInfoProvider()).isInstanceOf(ShapeCache.class);
    INDArray one = Nd4j.createUninitialized(DataType.FLOAT, 5, 13);
    INDArray other = Nd4j.createUninitialized(DataType.FLOAT, 5, 13);

    assertThat(other.shapeInfoDataBuffer()).isSameAs(one.shapeInfoDataBuffer());
    assertThat(one.reshape(13, 5).shape()).containsExactly(13, 5);
    assertThat(one.shape()).containsExactly(5, 13);
    one.close();
    assertThat(other.addi(1).shape()).containsExactly(5, 13);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE", "INT", "LONG", "BFLOAT16", "BOOL"})
  void should_describe_every_shape_as_nd4j_does(DataType type) {
    ShapeCache cache = new ShapeCache();
    Uncached uncached = new Uncached();
    long extras = ArrayOptionsHelper.setOptionBit(0L, type);
    for (int round = 0; round < 2; round++) {
      for (long[] shape : SHAPES) {
        for (char order : new char[] {'c', 'f'}) {
          long[] stride = Nd4j.getStrides(shape, order);
          for (boolean empty : new boolean[] {false, true}) {
            assertSame(
                cache.createShapeInformation(shape, stride, 1, order, type, empty),
                uncached.createShapeInformation(shape, stride, 1, order, type, empty));
          }
          assertSame(
              cache.createShapeInformation(shape, stride, 1, order, extras),
              uncached.createShapeInformation(shape, stride, 1, order, extras));
        }
      }
    }
  }

  @Test
  void should_forget_what_it_cannot_hold() {
    ShapeCache cache = new ShapeCache();
    for (int i = 1; i <= 40_000; i++) {
      Pair<DataBuffer, long[]> made =
          cache.createShapeInformation(
              new long[] {i}, new long[] {1}, 1, 'c', DataType.FLOAT, false);
      assertThat(made.getSecond()[1]).isEqualTo(i);
    }
    assertThat(cache.size()).isBetween(1, 1 << 14);
  }

  private static void assertSame(
      Pair<DataBuffer, long[]> cached, Pair<DataBuffer, long[]> expected) {
    assertThat(cached.getSecond()).containsExactly(expected.getSecond());
    assertThat(cached.getFirst().asLong()).containsExactly(expected.getFirst().asLong());
  }
}
