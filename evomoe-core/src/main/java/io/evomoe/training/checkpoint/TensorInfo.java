package io.evomoe.training.checkpoint;

import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Where a tensor stands in a safetensors file.
 *
 * @param type of its elements
 * @param shape sizes, C order; empty for a scalar
 * @param begin first byte, from the start of the file
 * @param end byte behind the last one
 */
public record TensorInfo(DataType type, List<Long> shape, long begin, long end) {

  /** Keeps the shape unmodifiable. */
  public TensorInfo {
    shape = List.copyOf(shape);
  }

  /** Number of elements. */
  public long length() {
    return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
  }

  /** Sizes as ND4J takes them. */
  public long[] sizes() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
