package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Type, shape and strides of memory, compared by content. Keys of compiled primitives have them.
 *
 * @param strides none for a matrix in blocks
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content
record Layout(DataType type, long[] shape, long[] strides) {
  /** Columns of a block. */
  private static final int BLOCK = 16;

  /** Returns the layout of memory without gaps, last dimension fastest. */
  static Layout dense(DataType type, long... shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= shape[i];
    }
    return new Layout(type, shape, strides);
  }

  /** Returns the layout of a matrix with {@code stride} elements from row to row. */
  static Layout strided(DataType type, long rows, long columns, long stride) {
    return new Layout(type, new long[] {rows, columns}, new long[] {stride, 1});
  }

  /**
   * Returns the layout of a matrix in blocks: {@value #BLOCK} columns of all rows, then the next
   * ones. Rows and columns are filled up to multiples of {@value #BLOCK}.
   */
  static Layout blocked(DataType type, long rows, long columns) {
    return new Layout(type, new long[] {rows, columns}, new long[0]);
  }

  /** Returns a number of rows or columns, filled up to whole blocks. */
  static long whole(long number) {
    return (number + BLOCK - 1) / BLOCK * BLOCK;
  }

  /** Returns the layout with the last two dimensions exchanged. */
  Layout transposed() {
    return new Layout(type, exchanged(shape), exchanged(strides));
  }

  private static long[] exchanged(long[] numbers) {
    long[] exchanged = numbers.clone();
    int last = numbers.length - 1;
    exchanged[last] = numbers[last - 1];
    exchanged[last - 1] = numbers[last];
    return exchanged;
  }

  /** Returns oneDNN's description, which lives until the next primitive was created. */
  dnnl_memory_desc memory() {
    int code =
        switch (type) {
          case FLOAT -> dnnl_f32;
          case BFLOAT16 -> dnnl_bf16;
          default -> throw new IllegalArgumentException("no memory of " + type);
        };
    dnnl_memory_desc memory = new dnnl_memory_desc();
    Dnnl.check(
        strides.length == 0
            ? dnnl_memory_desc_create_with_tag(memory, shape.length, shape, code, dnnl_BA16a16b)
            : dnnl_memory_desc_create_with_strides(memory, shape.length, shape, code, strides),
        "describe memory");
    return Dnnl.described(memory, dnnl::dnnl_memory_desc_destroy);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Layout layout
        && type == layout.type
        && Arrays.equals(shape, layout.shape)
        && Arrays.equals(strides, layout.strides);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(shape) + Arrays.hashCode(strides);
  }
}
