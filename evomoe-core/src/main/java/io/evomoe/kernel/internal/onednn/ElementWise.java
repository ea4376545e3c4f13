package io.evomoe.kernel.internal.onednn;

import static io.evomoe.kernel.internal.onednn.Dnnl.attributes;
import static io.evomoe.kernel.internal.onednn.Dnnl.describe;
import static io.evomoe.kernel.internal.onednn.Dnnl.engine;
import static org.bytedeco.dnnl.global.dnnl.*;

import io.evomoe.kernel.ActivationFunction;
import java.util.List;
import java.util.function.LongFunction;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Element-wise maps over flat memory, on the calling thread. A length is cut into powers of two, so
 * changing lengths share a few dozen compiled primitives.
 *
 * @param cache of its own, because keys do not have the type
 * @param type of all elements
 */
record ElementWise(PrimitiveCache cache, DataType type) {
  private static final long LARGEST = 1L << 22;
  private static final long SMALLEST = 1L << 10;

  void activation(ActivationFunction activation, long x, long y, long length) {
    each("forward " + activation, size -> forward(activation, size), length, x, y);
  }

  /** Computes its gradient. dx may be x or dy. */
  void activationGradient(ActivationFunction activation, long x, long dy, long dx, long length) {
    each("backward " + activation, size -> backward(activation, size), length, x, dy, dx);
  }

  /** Computes sum = a + b, which may be in place. */
  void add(long a, long b, long sum, long length) {
    each("add", size -> binary(dnnl_binary_add, size), length, a, b, sum);
  }

  /** Computes product = a * b, which may be in place. */
  void multiply(long a, long b, long product, long length) {
    each("multiply", size -> binary(dnnl_binary_mul, size), length, a, b, product);
  }

  private void each(String kind, LongFunction<Primitive> create, long length, long... addresses) {
    forPieces(
        length,
        (start, size) -> {
          long[] own = addresses.clone();
          for (int i = 0; i < own.length; i++) {
            own[i] += start * type.width();
          }
          cache.run(List.of(kind, size), () -> create.apply(size), own);
        });
  }

  /** Covers a length by powers of two, and the last piece by the rest. */
  static void forPieces(long length, Pieces.Flat piece) {
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

  private static dnnl_primitive_desc described(
      ActivationFunction activation, dnnl_memory_desc flat) {
    int kind = algorithm(activation);
    float alpha = alpha(activation);
    return describe(
        activation.toString(),
        to ->
            dnnl_eltwise_forward_primitive_desc_create(
                to, engine(), dnnl_forward_training, kind, flat, flat, alpha, 0f, attributes()));
  }

  private Primitive forward(ActivationFunction activation, long size) {
    dnnl_memory_desc flat = Layout.dense(type, size).memory();
    return new Primitive.Builder(described(activation, flat))
        .slots(flat, DNNL_ARG_SRC, DNNL_ARG_DST)
        .build();
  }

  private Primitive backward(ActivationFunction activation, long size) {
    dnnl_memory_desc flat = Layout.dense(type, size).memory();
    dnnl_primitive_desc forward = described(activation, flat);
    int kind = algorithm(activation);
    float alpha = alpha(activation);
    dnnl_primitive_desc gradient =
        describe(
            "the gradient of " + activation,
            to ->
                dnnl_eltwise_backward_primitive_desc_create(
                    to, engine(), kind, flat, flat, flat, alpha, 0f, forward, attributes()));
    return new Primitive.Builder(gradient)
        .slots(flat, DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC)
        .build();
  }

  private Primitive binary(int algorithm, long size) {
    dnnl_memory_desc flat = Layout.dense(type, size).memory();
    dnnl_primitive_desc description =
        describe(
            "a sum or product of elements",
            to ->
                dnnl_binary_primitive_desc_create(
                    to, engine(), algorithm, flat, flat, flat, attributes()));
    return new Primitive.Builder(description)
        .slots(flat, DNNL_ARG_SRC_0, DNNL_ARG_SRC_1, DNNL_ARG_DST)
        .build();
  }
}
