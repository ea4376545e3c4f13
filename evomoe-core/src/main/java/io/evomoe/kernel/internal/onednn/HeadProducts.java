package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.evomoe.kernel.internal.onednn.AttentionTile.Form;
import io.evomoe.kernel.internal.onednn.HeadRows.Layout;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Batched products over [sequence, head] of an attention's tile. They read token rows directly, so
 * nothing is transposed or copied. A square contains a member's scores [sequences, heads, queries,
 * keys] or an array of that shape. A square that a product writes is float32; one that it reads has
 * the type of the rows.
 */
final class HeadProducts {
  private final PrimitiveCache cache;

  HeadProducts(PrimitiveCache cache) {
    this.cache = cache;
  }

  /** Computes square = scale q k^T, plus the masks. */
  void scores(HeadRows q, HeadRows k, long square, Form form, List<Mask> masks) {
    List<MaskKind> kinds = masks.stream().map(Mask::kind).toList();
    Primitive primitive =
        cache.get(
            new Key("scores", form.compiled(), q.layout(), k.layout(), true, false, kinds),
            () -> scoresPrimitive(form, q.layout(), k.layout(), kinds));
    long[] addresses = new long[3 + masks.size()];
    addresses[0] = q.address();
    addresses[1] = k.address();
    addresses[2] = square;
    for (int i = 0; i < masks.size(); i++) {
      addresses[3 + i] = masks.get(i).address;
    }
    primitive.execute(addresses);
  }

  private static Primitive scoresPrimitive(Form form, Layout q, Layout k, List<MaskKind> kinds) {
    dnnl_post_ops post = Dnnl.postOps();
    scale(post, form.scale());
    List<dnnl_memory_desc> masks = kinds.stream().map(kind -> kind.memory(form)).toList();
    for (dnnl_memory_desc mask : masks) {
      Dnnl.check(dnnl_post_ops_append_binary(post, dnnl_binary_add, mask), "append a mask");
    }
    return product(queries(form, q), transposed(keys(form, k)), made(form), post, masks);
  }

  /** Computes rows of queries = scale times the square times rows of keys. */
  void mix(long square, HeadRows keys, HeadRows out, Form form, double scale) {
    Layout from = keys.layout();
    Layout to = out.layout();
    cache
        .get(
            new Key("mix", form.compiled(), from, to, scale != 1, false, List.of()),
            () ->
                product(
                    square(form, from.type()),
                    keys(form, from),
                    queries(form, to),
                    scaled(scale),
                    List.of()))
        .execute(square, keys.address(), out.address());
  }

  /**
   * Computes rows of keys (+)= scale times the transposed square times rows of queries; float32 if
   * added to.
   */
  void mixTransposed(
      long square, HeadRows queries, HeadRows out, Form form, double scale, boolean add) {
    Layout from = queries.layout();
    Layout to = out.layout();
    cache
        .get(
            new Key("mixTransposed", form.compiled(), from, to, scale != 1, add, List.of()),
            () -> {
              dnnl_post_ops post = scaled(scale);
              if (add) {
                Dnnl.check(dnnl_post_ops_append_sum(post, 1f, 0, dnnl_f32), "append a sum");
              }
              return product(
                  transposed(square(form, from.type())),
                  queries(form, from),
                  keys(form, to),
                  post,
                  List.of());
            })
        .execute(square, queries.address(), out.address());
  }

  /** Computes square = rows of queries times transposed rows of keys. */
  void outer(HeadRows queries, HeadRows keys, long square, Form form) {
    Layout left = queries.layout();
    Layout right = keys.layout();
    cache
        .get(
            new Key("outer", form.compiled(), left, right, false, false, List.of()),
            () ->
                product(
                    queries(form, left),
                    transposed(keys(form, right)),
                    made(form),
                    Dnnl.postOps(),
                    List.of()))
        .execute(queries.address(), keys.address(), square);
  }

  /** Writes rows of keys to others of another type. */
  void round(HeadRows keys, HeadRows out, Form form) {
    Layout from = keys.layout();
    Layout to = out.layout();
    cache
        .get(
            new Key("round", form.compiled(), from, to, false, false, List.of()),
            () -> Primitive.copy(keys(form, from).memory(), keys(form, to).memory()))
        .execute(keys.address(), out.address());
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
    dnnl_primitive_desc description = Dnnl.description();
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

  /** Returns the argument of mask i. Post-operation 0 is the scale. */
  private static int maskSlot(int i) {
    return DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (i + 2) | DNNL_ARG_SRC_1;
  }

  private static Matrices queries(Form form, Layout layout) {
    return rows(form, form.queries(), layout);
  }

  private static Matrices keys(Form form, Layout layout) {
    return rows(form, form.keys(), layout);
  }

  private static Matrices rows(Form form, long length, Layout layout) {
    return new Matrices(
        layout.type(),
        new long[] {form.sequences(), form.heads(), length, form.headWidth()},
        new long[] {layout.sequence(), layout.head(), layout.row(), 1});
  }

  private static Matrices made(Form form) {
    return square(form, DataType.FLOAT);
  }

  private static Matrices square(Form form, DataType type) {
    long area = (long) form.queries() * form.keys();
    return new Matrices(
        type,
        new long[] {form.sequences(), form.heads(), form.queries(), form.keys()},
        new long[] {form.heads() * area, area, form.keys(), 1});
  }

  private static Matrices transposed(Matrices m) {
    return new Matrices(
        m.type,
        new long[] {m.shape[0], m.shape[1], m.shape[3], m.shape[2]},
        new long[] {m.strides[0], m.strides[1], m.strides[3], m.strides[2]});
  }

  /** The axes of a mask. */
  enum MaskKind {
    /** Queries: [queries, keys]. */
    CAUSAL,
    /** Sequences: [sequences, keys]. */
    PADDING,
    /** Both: [sequences, queries, keys]. */
    DOCUMENTS;

    private dnnl_memory_desc memory(Form form) {
      return switch (this) {
        case CAUSAL -> Dnnl.dense(1, 1, form.queries(), form.keys());
        case PADDING -> Dnnl.dense(form.sequences(), 1, 1, form.keys());
        case DOCUMENTS -> Dnnl.dense(form.sequences(), 1, form.queries(), form.keys());
      };
    }
  }

  /** An addend for the scores of all heads. */
  record Mask(MaskKind kind, long address) {}

  /** A matrix for each sequence and head, as described for oneDNN. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Matrices(DataType type, long[] shape, long[] strides) {
    dnnl_memory_desc memory() {
      return Dnnl.strided(type, shape, strides);
    }
  }

  private record Key(
      String kind,
      Form form,
      Layout first,
      Layout second,
      boolean scaled,
      boolean added,
      List<MaskKind> masks) {}
}
