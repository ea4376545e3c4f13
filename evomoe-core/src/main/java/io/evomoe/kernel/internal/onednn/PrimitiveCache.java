package io.evomoe.kernel.internal.onednn;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Primitives by a description of their computation. Creating one compiles machine code, so they are
 * kept. They take memory, so the least recently used one is dropped if there are too many.
 */
final class PrimitiveCache {
  private static final int CAPACITY = 512;

  private final Map<Object, Primitive> primitives =
      new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Primitive> eldest) {
          boolean tooMany = size() > CAPACITY;
          if (tooMany) {
            eldest.getValue().release();
          }
          return tooMany;
        }
      };

  /** Returns a primitive for one execution, which must follow. */
  synchronized Primitive get(Object key, Supplier<Primitive> create) {
    Primitive primitive = primitives.get(key);
    if (primitive == null) {
      primitive = create.get();
      primitives.put(key, primitive);
    }
    return primitive.promised();
  }

  /** Executes a primitive, which is created if it is new. */
  void run(Object key, Supplier<Primitive> create, long... addresses) {
    get(key, create).execute(addresses);
  }

  /** Executes a product. */
  void run(Matmul product, long... addresses) {
    run(product, product::primitive, addresses);
  }

  /** Copies elements from one layout to another of the same shape, of any types. */
  void copy(Layout from, Layout to, long fromAddress, long toAddress) {
    run(
        List.of(from, to),
        () -> Primitive.copy(from.memory(), to.memory()),
        fromAddress,
        toAddress);
  }
}
