package io.evomoe.training.checkpoint;

import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The position of a tensor in a safetensors file.
 *
 * @param type type of its elements
 * @param shape sizes, C order; empty for a scalar
 * @param begin first byte, from the start of the file
 * @param end byte after the last one
 */
public record TensorInfo(DataType type, List<Long> shape, long begin, long end) {

  /** Makes the shape unmodifiable. */
  public TensorInfo {
    shape = List.copyOf(shape);
  }

  /** Returns the number of elements. */
  public long length() {
    return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
  }

  /** Returns the sizes as ND4J takes them. */
  public long[] sizes() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
