package io.evomoe.kernel.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.evomoe.kernel.AttentionShape;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Batched products over [batch, head] of an attention, read straight from token rows: head h of a
 * row-strided [batch * length, d] matrix is its columns {@code h d/heads} and on, so nothing is
 * transposed or copied.
 */
final class HeadProducts {
  /** In place of a mask's address. */
  static final long NO_MASK = 0;

  private final PrimitiveCache cache;

  HeadProducts(PrimitiveCache cache) {
    this.cache = cache;
  }

  /**
   * scores [batch, heads, queries, keys] = scale q k^T, plus the masks that are not {@link
   * #NO_MASK}: causal [queries, keys], padding [batch, keys].
   */
  void scores(
      long q, int qStride, long k, int kStride, long scores, Heads h, long causal, long padding) {
    boolean padded = padding != NO_MASK;
    boolean masked = causal != NO_MASK;
    Primitive primitive =
        cache.get(
            new Key(padded ? "paddedScores" : "scores", h, qStride, kStride),
            () -> {
              List<dnnl_memory_desc> masks = new ArrayList<>();
              if (masked) {
                masks.add(h.mask(1, h.queries()));
              }
              if (padded) {
                masks.add(h.mask(h.shape().batch(), 1));
              }
              return scores(h, qStride, kStride, masks);
            });
    if (masked && padded) {
      primitive.execute(q, k, scores, causal, padding);
    } else if (masked || padded) {
      primitive.execute(q, k, scores, masked ? causal : padding);
    } else {
      primitive.execute(q, k, scores);
    }
  }

  private static Primitive scores(Heads h, int qStride, int kStride, List<dnnl_memory_desc> masks) {
    dnnl_post_ops post = Dnnl.postOps();
    scale(post, h.scale());
    for (dnnl_memory_desc mask : masks) {
      Dnnl.check(dnnl_post_ops_append_binary(post, dnnl_binary_add, mask), "append a mask");
    }
    return product(
        h.rows(h.queries(), qStride), h.rowsTransposed(h.keys(), kStride), h.square(), post, masks);
  }

  /**
   * out [batch * queries, d] = square [batch, heads, queries, keys] times rows [batch * keys, d].
   */
  void mix(long square, long rows, int rowStride, long out, int outStride, Heads h, double scale) {
    cache
        .get(
            new Key(scale == 1 ? "mix" : "scaledMix", h, rowStride, outStride),
            () ->
                product(
                    h.square(),
                    h.rows(h.keys(), rowStride),
                    h.rows(h.queries(), outStride),
                    scaled(scale),
                    List.of()))
        .execute(square, rows, out);
  }

  /** out [batch * keys, d] = square^T times rows [batch * queries, d]. */
  void mixTransposed(
      long square, long rows, int rowStride, long out, int outStride, Heads h, double scale) {
    cache
        .get(
            new Key(scale == 1 ? "mixTransposed" : "scaledMixTransposed", h, rowStride, outStride),
            () ->
                product(
                    h.squareTransposed(),
                    h.rows(h.queries(), rowStride),
                    h.rows(h.keys(), outStride),
                    scaled(scale),
                    List.of()))
        .execute(square, rows, out);
  }

  /** square [batch, heads, queries, keys] = a [batch * queries, d] b^T, b [batch * keys, d]. */
  void outer(long a, int aStride, long b, int bStride, long square, Heads h) {
    cache
        .get(
            new Key("outer", h, aStride, bStride),
            () ->
                product(
                    h.rows(h.queries(), aStride),
                    h.rowsTransposed(h.keys(), bStride),
                    h.square(),
                    Dnnl.postOps(),
                    List.of()))
        .execute(a, b, square);
  }

  private static dnnl_post_ops scaled(double factor) {
    dnnl_post_ops post = Dnnl.postOps();
    if (factor != 1) {
      scale(post, factor);
    }
    return post;
  }

  private static void scale(dnnl_post_ops post, double factor) {
    Dnnl.check(
        dnnl_post_ops_append_eltwise(post, dnnl_eltwise_linear, (float) factor, 0f),
        "append a scale");
  }

  private static Primitive product(
      dnnl_memory_desc a,
      dnnl_memory_desc b,
      dnnl_memory_desc c,
      dnnl_post_ops post,
      List<dnnl_memory_desc> masks) {
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_matmul_primitive_desc_create(
            description, Dnnl.engine(), a, b, null, c, Dnnl.attributes(post)),
        "describe a product of heads");
    Primitive.Builder builder =
        new Primitive.Builder(description)
            .slot(DNNL_ARG_SRC, a)
            .slot(DNNL_ARG_WEIGHTS, b)
            .slot(DNNL_ARG_DST, c);
    for (int i = 0; i < masks.size(); i++) {
      builder.slot(maskSlot(i), masks.get(i));
    }
    return builder.build();
  }

  /** The argument of mask i; post-operation 0 is the scale. */
  private static int maskSlot(int i) {
    return DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (i + 2) | DNNL_ARG_SRC_1;
  }

  private record Key(String kind, Heads heads, int firstStride, int secondStride) {}

  /** An attention's shape with its width, as oneDNN memory. */
  record Heads(AttentionShape shape, int width) {
    int queries() {
      return shape.queries();
    }

    int keys() {
      return shape.keys();
    }

    double scale() {
      return 1 / Math.sqrt((double) width / shape.heads());
    }

    private long headWidth() {
      return width / shape.heads();
    }

    private dnnl_memory_desc rows(long length, long stride) {
      return Dnnl.strided(
          new long[] {shape.batch(), shape.heads(), length, headWidth()},
          new long[] {length * stride, headWidth(), stride, 1});
    }

    private dnnl_memory_desc rowsTransposed(long length, long stride) {
      return Dnnl.strided(
          new long[] {shape.batch(), shape.heads(), headWidth(), length},
          new long[] {length * stride, headWidth(), 1, stride});
    }

    private dnnl_memory_desc square() {
      return Dnnl.dense(shape.batch(), shape.heads(), queries(), keys());
    }

    private dnnl_memory_desc squareTransposed() {
      long area = (long) queries() * keys();
      return Dnnl.strided(
          new long[] {shape.batch(), shape.heads(), keys(), queries()},
          new long[] {shape.heads() * area, area, 1, keys()});
    }

    private dnnl_memory_desc mask(int batch, int queries) {
      return Dnnl.dense(batch, 1, queries, keys());
    }
  }
}
