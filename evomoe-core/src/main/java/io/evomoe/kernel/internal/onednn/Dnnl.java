package io.evomoe.kernel.internal.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;

/**
 * The engine and stream of this process, and helpers to describe primitives. Descriptions live
 * until a primitive was created from them.
 */
final class Dnnl {
  private static final dnnl_engine ENGINE = new dnnl_engine();
  private static final dnnl_stream STREAM = new dnnl_stream();
  private static final dnnl_primitive_attr PLAIN;
  private static final ThreadLocal<List<Runnable>> DESCRIPTIONS =
      ThreadLocal.withInitial(ArrayList::new);

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
    return described(attributes, dnnl::dnnl_primitive_attr_destroy);
  }

  static dnnl_post_ops postOps() {
    dnnl_post_ops postOps = new dnnl_post_ops();
    check(dnnl_post_ops_create(postOps), "create post-operations");
    return described(postOps, dnnl::dnnl_post_ops_destroy);
  }

  /**
   * Describes a primitive: 300 KiB for a product.
   *
   * @param what its name for messages
   * @param create fills an empty description and returns oneDNN's status
   */
  static dnnl_primitive_desc describe(String what, ToIntFunction<dnnl_primitive_desc> create) {
    dnnl_primitive_desc description =
        described(new dnnl_primitive_desc(), dnnl::dnnl_primitive_desc_destroy);
    check(create.applyAsInt(description), "describe " + what);
    return description;
  }

  /** Keeps a description until the next primitive of this thread was created. */
  static <T extends Pointer> T described(T description, Consumer<? super T> destroy) {
    DESCRIPTIONS.get().add(() -> destroy.accept(description));
    return description;
  }

  /** Destroys all descriptions of this thread. oneDNN copies them, and Java frees none of them. */
  static void destroyDescriptions() {
    List<Runnable> all = DESCRIPTIONS.get();
    all.forEach(Runnable::run);
    all.clear();
  }
}
