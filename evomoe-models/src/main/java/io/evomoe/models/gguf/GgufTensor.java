package io.evomoe.models.gguf;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A tensor of a GGUF file.
 *
 * @param name at most 63 bytes
 * @param shape 1 to 4 sizes, row length last; the file has them in reverse order
 * @param type of its elements
 * @param parts float32 arrays, concatenated along the first axis; each is made when it is written
 */
record GgufTensor(String name, List<Long> shape, GgufType type, List<Supplier<INDArray>> parts) {
  /** {@code GGML_MAX_NAME}, without the zero at the end. */
  private static final int LONGEST_NAME = 63;

  private static final int MOST_AXES = 4;

  GgufTensor {
    shape = List.copyOf(shape);
    parts = List.copyOf(parts);
    if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "name must have at most %d bytes, was %s".formatted(LONGEST_NAME, name));
    }
    if (shape.isEmpty() || shape.size() > MOST_AXES || shape.stream().anyMatch(n -> n < 1)) {
      throw new IllegalArgumentException(
          "%s must have 1 to %d sizes of at least 1, had %s".formatted(name, MOST_AXES, shape));
    }
    if (!type.fits(shape.get(shape.size() - 1))) {
      throw new IllegalArgumentException(
          "%s must have rows of whole blocks of %s, was %s".formatted(name, type, shape));
    }
  }

  long elements() {
    return shape.stream().mapToLong(n -> n).reduce(1, Math::multiplyExact);
  }

  long bytes() {
    return type.bytes(elements());
  }
}
