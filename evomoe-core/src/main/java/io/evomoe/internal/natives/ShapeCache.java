package io.evomoe.internal.natives;

import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.BaseShapeInfoProvider;

/**
 * Gives arrays of the same shape one description. ND4J's own class for CPUs does so too, but not
 * for the constructors of arrays, each of which makes a native copy, for microseconds.
 */
public final class ShapeCache extends BaseShapeInfoProvider {
  /** Name that ND4J reads the class from. */
  static final String PROPERTY = "shapeinfoprovider";

  private static final String CUDA = "org/nd4j/linalg/jcublas/JCublasBackend.class";

  /** More are forgotten, all at once. */
  private static final int MOST = 1 << 14;

  private final Map<LongBuffer, Pair<DataBuffer, long[]>> known = new ConcurrentHashMap<>();

  /** Makes ND4J use this class when it starts, unless it computes on a GPU or has another one. */
  static void offer() {
    if (System.getProperty(PROPERTY) == null
        && ShapeCache.class.getClassLoader().getResource(CUDA) == null) {
      System.setProperty(PROPERTY, ShapeCache.class.getName());
    }
  }

  @Override
  public Pair<DataBuffer, long[]> createShapeInformation(
      long[] shape, long[] stride, long elementStride, char order, DataType type, boolean empty) {
    return cached(
        shape,
        stride,
        () -> super.createShapeInformation(shape, stride, elementStride, order, type, empty),
        elementStride,
        order,
        type.toInt(),
        empty ? 1 : 0);
  }

  @Override
  public Pair<DataBuffer, long[]> createShapeInformation(
      long[] shape, long[] stride, long elementStride, char order, long extras) {
    return cached(
        shape,
        stride,
        () -> super.createShapeInformation(shape, stride, elementStride, order, extras),
        elementStride,
        order,
        extras);
  }

  @Override
  public void purgeCache() {
    known.clear();
  }

  /** Returns the number of shapes that are known. */
  int size() {
    return known.size();
  }

  private Pair<DataBuffer, long[]> cached(
      long[] shape, long[] stride, Supplier<Pair<DataBuffer, long[]>> made, long... others) {
    long[] key = Arrays.copyOf(shape, shape.length + stride.length + others.length);
    System.arraycopy(stride, 0, key, shape.length, stride.length);
    System.arraycopy(others, 0, key, shape.length + stride.length, others.length);
    if (known.size() >= MOST) {
      purgeCache();
    }
    return known.computeIfAbsent(LongBuffer.wrap(key), all -> made.get());
  }
}
