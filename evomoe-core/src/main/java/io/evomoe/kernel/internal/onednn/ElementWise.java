package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.evomoe.kernel.ActivationFunction;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Element-wise maps over flat memory, on the calling thread. A length is cut into powers of two, so
 * changing lengths share a few dozen compiled primitives.
 */
final class ElementWise {
  private static final long LARGEST = 1L << 22;
  private static final long SMALLEST = 1L << 10;

  private final PrimitiveCache cache;
  private final DataType type;

  /** Creates maps of elements of a type. Each needs its own cache. */
  ElementWise(PrimitiveCache cache, DataType type) {
    this.cache = cache;
    this.type = type;
  }

  private long bytes(long elements) {
    return elements * type.width();
  }

  void activation(ActivationFunction activation, long x, long y, long length) {
    forPieces(
        length,
        (start, size) ->
            cache
                .get(new Key("forward", activation, size), () -> forward(activation, size))
                .execute(x + bytes(start), y + bytes(start)));
  }

  /** Computes its gradient. dx may be x or dy. */
  void activationGradient(ActivationFunction activation, long x, long dy, long dx, long length) {
    forPieces(
        length,
        (start, size) ->
            cache
                .get(new Key("backward", activation, size), () -> backward(activation, size))
                .execute(x + bytes(start), dy + bytes(start), dx + bytes(start)));
  }

  /** Computes sum = a + b, which may be in place. */
  void add(long a, long b, long sum, long length) {
    forPieces(
        length,
        (start, size) ->
            cache
                .get(new Key("add", null, size), () -> binary(dnnl_binary_add, size))
                .execute(a + bytes(start), b + bytes(start), sum + bytes(start)));
  }

  /** Computes product = a * b, which may be in place. */
  void multiply(long a, long b, long product, long length) {
    forPieces(
        length,
        (start, size) ->
            cache
                .get(new Key("multiply", null, size), () -> binary(dnnl_binary_mul, size))
                .execute(a + bytes(start), b + bytes(start), product + bytes(start)));
  }

  /** Covers a length by powers of two, and the last piece by the rest. */
  static void forPieces(long length, Piece piece) {
    long done = 0;
    while (done < length) {
      long left = length - done;
      long size = left < SMALLEST ? left : Math.min(LARGEST, Long.highestOneBit(left));
      piece.run(done, size);
      done += size;
    }
  }

  private static int algorithm(ActivationFunction activation) {
    return switch (activation) {
      case GELU -> dnnl_eltwise_gelu_erf;
      case GELU_TANH -> dnnl_eltwise_gelu_tanh;
      case RELU -> dnnl_eltwise_relu;
      case TANH -> dnnl_eltwise_tanh;
      case SILU -> dnnl_eltwise_swish;
    };
  }

  /** Returns oneDNN's alpha: for SiLU, the factor of x in its logistic function. */
  private static float alpha(ActivationFunction activation) {
    return activation == ActivationFunction.SILU ? 1 : 0;
  }

  private dnnl_primitive_desc forwardDescription(ActivationFunction activation, long size) {
    dnnl_memory_desc flat = Dnnl.flat(type, size);
    dnnl_primitive_desc description = Dnnl.description();
    Dnnl.check(
        dnnl_eltwise_forward_primitive_desc_create(
            description,
            Dnnl.engine(),
            dnnl_forward_training,
            algorithm(activation),
            flat,
            flat,
            alpha(activation),
            0f,
            Dnnl.attributes()),
        "describe " + activation);
    return description;
  }

  private Primitive forward(ActivationFunction activation, long size) {
    dnnl_memory_desc flat = Dnnl.flat(type, size);
    return new Primitive.Builder(forwardDescription(activation, size))
        .slot(DNNL_ARG_SRC, flat)
        .slot(DNNL_ARG_DST, flat)
        .build();
  }

  private Primitive backward(ActivationFunction activation, long size) {
    dnnl_memory_desc flat = Dnnl.flat(type, size);
    dnnl_primitive_desc description = Dnnl.description();
    Dnnl.check(
        dnnl_eltwise_backward_primitive_desc_create(
            description,
            Dnnl.engine(),
            algorithm(activation),
            flat,
            flat,
            flat,
            alpha(activation),
            0f,
            forwardDescription(activation, size),
            Dnnl.attributes()),
        "describe the gradient of " + activation);
    return new Primitive.Builder(description)
        .slot(DNNL_ARG_SRC, flat)
        .slot(DNNL_ARG_DIFF_DST, flat)
        .slot(DNNL_ARG_DIFF_SRC, flat)
        .build();
  }

  private Primitive binary(int algorithm, long size) {
    dnnl_memory_desc flat = Dnnl.flat(type, size);
    dnnl_primitive_desc description = Dnnl.description();
    Dnnl.check(
        dnnl_binary_primitive_desc_create(
            description, Dnnl.engine(), algorithm, flat, flat, flat, Dnnl.attributes()),
        "describe a sum or product of elements");
    return new Primitive.Builder(description)
        .slot(DNNL_ARG_SRC_0, flat)
        .slot(DNNL_ARG_SRC_1, flat)
        .slot(DNNL_ARG_DST, flat)
        .build();
  }

  /** Processes the elements of one primitive. */
  interface Piece {
    void run(long start, long size);
  }

  private record Key(
      String kind, @org.jspecify.annotations.Nullable ActivationFunction what, long size) {}
}
