package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.evomoe.kernel.internal.onednn.AttentionTile.Form;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Batched products over [sequence, head] of an attention's tile, read straight from token rows:
 * head h of row-strided rows [n, d] is their columns {@code h d/heads} and on, so nothing is
 * transposed or copied. A square is the tile's scores [sequences, heads, queries, keys] or
 * something of that shape.
 */
final class HeadProducts {
  /** In place of a mask's address. */
  static final long NO_MASK = 0;

  private final PrimitiveCache cache;

  HeadProducts(PrimitiveCache cache) {
    this.cache = cache;
  }

  /**
   * square = scale q k^T, plus the masks that are not {@link #NO_MASK}: causal [queries, keys],
   * padding [sequences, keys].
   */
  void scores(Rows q, Rows k, long square, Form form, long causal, long padding) {
    boolean masked = causal != NO_MASK;
    boolean padded = padding != NO_MASK;
    Primitive primitive =
        cache.get(
            new Key("scores", form.compiled(), q.stride, k.stride, masked, padded),
            () -> {
              dnnl_post_ops post = Dnnl.postOps();
              scale(post, form.scale());
              List<dnnl_memory_desc> masks = new ArrayList<>();
              if (masked) {
                masks.add(mask(form, 1, form.queries()));
              }
              if (padded) {
                masks.add(mask(form, form.sequences(), 1));
              }
              for (dnnl_memory_desc mask : masks) {
                Dnnl.check(
                    dnnl_post_ops_append_binary(post, dnnl_binary_add, mask), "append a mask");
              }
              return product(
                  queries(form, q), transposed(keys(form, k)), square(form), post, masks);
            });
    if (masked && padded) {
      primitive.execute(q.address, k.address, square, causal, padding);
    } else if (masked || padded) {
      primitive.execute(q.address, k.address, square, masked ? causal : padding);
    } else {
      primitive.execute(q.address, k.address, square);
    }
  }

  /** Rows of queries = scale times the square times rows of keys. */
  void mix(long square, Rows keys, Rows out, Form form, double scale) {
    cache
        .get(
            new Key("mix", form.compiled(), keys.stride, out.stride, scale == 1, false),
            () ->
                product(
                    square(form), keys(form, keys), queries(form, out), scaled(scale), List.of()))
        .execute(square, keys.address, out.address);
  }

  /** Rows of keys (+)= scale times the transposed square times rows of queries. */
  void mixTransposed(
      long square, Rows queries, Rows out, Form form, double scale, boolean accumulate) {
    cache
        .get(
            new Key(
                "mixTransposed",
                form.compiled(),
                queries.stride,
                out.stride,
                scale == 1,
                accumulate),
            () -> {
              dnnl_post_ops post = scaled(scale);
              if (accumulate) {
                Dnnl.check(dnnl_post_ops_append_sum(post, 1f, 0, dnnl_f32), "append a sum");
              }
              return product(
                  transposed(square(form)),
                  queries(form, queries),
                  keys(form, out),
                  post,
                  List.of());
            })
        .execute(square, queries.address, out.address);
  }

  /** square = rows of queries times transposed rows of keys. */
  void outer(Rows queries, Rows keys, long square, Form form) {
    cache
        .get(
            new Key("outer", form.compiled(), queries.stride, keys.stride, false, false),
            () ->
                product(
                    queries(form, queries),
                    transposed(keys(form, keys)),
                    square(form),
                    Dnnl.postOps(),
                    List.of()))
        .execute(queries.address, keys.address, square);
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
      Matrices a, Matrices b, Matrices c, dnnl_post_ops post, List<dnnl_memory_desc> masks) {
    dnnl_primitive_desc description = new dnnl_primitive_desc();
    dnnl_memory_desc left = a.memory();
    dnnl_memory_desc right = b.memory();
    dnnl_memory_desc result = c.memory();
    Dnnl.check(
        dnnl_matmul_primitive_desc_create(
            description, Dnnl.engine(), left, right, null, result, Dnnl.attributes(post)),
        "describe a product of heads");
    Primitive.Builder builder =
        new Primitive.Builder(description)
            .slot(DNNL_ARG_SRC, left)
            .slot(DNNL_ARG_WEIGHTS, right)
            .slot(DNNL_ARG_DST, result);
    for (int i = 0; i < masks.size(); i++) {
      builder.slot(maskSlot(i), masks.get(i));
    }
    return builder.build();
  }

  /** The argument of mask i; post-operation 0 is the scale. */
  private static int maskSlot(int i) {
    return DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (i + 2) | DNNL_ARG_SRC_1;
  }

  private static Matrices queries(Form form, Rows rows) {
    return rows(form, form.queries(), form.whole().queries(), rows.stride);
  }

  private static Matrices keys(Form form, Rows rows) {
    return rows(form, form.keys(), form.whole().keys(), rows.stride);
  }

  private static Matrices rows(Form form, long length, long whole, long stride) {
    return new Matrices(
        new long[] {form.sequences(), form.whole().heads(), length, form.headWidth()},
        new long[] {whole * stride, form.headWidth(), stride, 1});
  }

  private static Matrices square(Form form) {
    long area = (long) form.queries() * form.keys();
    return new Matrices(
        new long[] {form.sequences(), form.whole().heads(), form.queries(), form.keys()},
        new long[] {form.whole().heads() * area, area, form.keys(), 1});
  }

  private static Matrices transposed(Matrices m) {
    return new Matrices(
        new long[] {m.shape[0], m.shape[1], m.shape[3], m.shape[2]},
        new long[] {m.strides[0], m.strides[1], m.strides[3], m.strides[2]});
  }

  private static dnnl_memory_desc mask(Form form, int batch, int queries) {
    return Dnnl.dense(batch, 1, queries, form.keys());
  }

  /**
   * Token rows.
   *
   * @param address of the first
   * @param stride from row to row, in elements
   */
  record Rows(long address, int stride) {}

  /** A matrix for each sequence and head, as oneDNN describes it. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Matrices(long[] shape, long[] strides) {
    dnnl_memory_desc memory() {
      return Dnnl.strided(shape, strides);
    }
  }

  private record Key(
      String kind, Form form, int firstStride, int secondStride, boolean first, boolean second) {}
}
