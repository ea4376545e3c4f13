package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The engine and stream of this process, and helpers to describe primitives. Descriptions live
 * until a primitive was created from them ({@link Descriptions}).
 */
final class Dnnl {
  private static final dnnl_engine ENGINE = new dnnl_engine();
  private static final dnnl_stream STREAM = new dnnl_stream();
  private static final dnnl_primitive_attr PLAIN;

  static {
    check(dnnl_engine_create(ENGINE, dnnl_cpu, 0), "create a CPU engine");
    check(dnnl_stream_create(STREAM, ENGINE, dnnl_stream_default_flags), "create a stream");
    PLAIN = newAttributes();
  }

  private Dnnl() {}

  static dnnl_engine engine() {
    return ENGINE;
  }

  static dnnl_stream stream() {
    return STREAM;
  }

  static void check(int status, String what) {
    if (status != dnnl_success) {
      throw new IllegalStateException("oneDNN could not " + what + " (status " + status + ")");
    }
  }

  /** Returns float32 memory without gaps, last dimension fastest. */
  static dnnl_memory_desc dense(long... shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= shape[i];
    }
    return strided(shape, strides);
  }

  static dnnl_memory_desc strided(long[] shape, long[] strides) {
    return strided(DataType.FLOAT, shape, strides);
  }

  static dnnl_memory_desc strided(DataType type, long[] shape, long[] strides) {
    dnnl_memory_desc memory = new dnnl_memory_desc();
    check(
        dnnl_memory_desc_create_with_strides(memory, shape.length, shape, code(type), strides),
        "describe memory");
    return Descriptions.add(memory, dnnl::dnnl_memory_desc_destroy);
  }

  private static int code(DataType type) {
    return switch (type) {
      case FLOAT -> dnnl_f32;
      case BFLOAT16 -> dnnl_bf16;
      default -> throw new IllegalArgumentException("no memory of " + type);
    };
  }

  /** Returns contiguous elements. */
  static dnnl_memory_desc flat(DataType type, long length) {
    return strided(type, new long[] {length}, new long[] {1});
  }

  /** Returns attributes of primitives without post-operations, which must not be changed. */
  static dnnl_primitive_attr attributes() {
    return PLAIN;
  }

  /**
   * Returns attributes with working memory of the caller, so that several threads can run one
   * primitive.
   */
  private static dnnl_primitive_attr newAttributes() {
    dnnl_primitive_attr attributes = new dnnl_primitive_attr();
    check(dnnl_primitive_attr_create(attributes), "create attributes");
    check(
        dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user),
        "set who has the working memory");
    return attributes;
  }

  static dnnl_primitive_attr attributes(dnnl_post_ops postOps) {
    dnnl_primitive_attr attributes = newAttributes();
    check(dnnl_primitive_attr_set_post_ops(attributes, postOps), "set post-operations");
    return Descriptions.add(attributes, dnnl::dnnl_primitive_attr_destroy);
  }

  static dnnl_post_ops postOps() {
    dnnl_post_ops postOps = new dnnl_post_ops();
    check(dnnl_post_ops_create(postOps), "create post-operations");
    return Descriptions.add(postOps, dnnl::dnnl_post_ops_destroy);
  }

  /** Returns an empty description of a primitive: 300 KiB for a product. */
  static dnnl_primitive_desc description() {
    return Descriptions.add(new dnnl_primitive_desc(), dnnl::dnnl_primitive_desc_destroy);
  }
}
