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

  /** Returns a primitive that copies elements between layouts of one shape, for one execution. */
  Primitive copy(Layout from, Layout to) {
    return get(List.of(from, to), () -> Primitive.copy(from.memory(), to.memory()));
  }
}
