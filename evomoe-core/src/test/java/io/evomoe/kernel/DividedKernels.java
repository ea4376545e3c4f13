package io.evomoe.kernel;

import io.evomoe.kernel.Kernels.Attended;
import io.evomoe.kernel.Kernels.FeedForwardPass;
import io.evomoe.kernel.Kernels.FeedForwardPullback;
import io.evomoe.kernel.Kernels.NormPullback;
import io.evomoe.kernel.Kernels.Normalized;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Kernels whose arrays lie in a {@link DividedMemory}, for what a device would have to be sent: the
 * same numbers as the kernels that do the work, or no numbers where host code goes around them.
 * Counts the bytes that cross, and how often the host waits for a number. For one thread.
 */
public final class DividedKernels {
  private final DividedMemory memory = new DividedMemory();
  private final Map<String, Long> crossings = new TreeMap<>();
  private final Set<RoutedRows> sent = Collections.newSetFromMap(new IdentityHashMap<>());
  private long bytes;
  private int waits;

  /** The same kernels over divided memory; {@link Kernels#exact} gives such as well. */
  public Kernels over(Kernels kernels) {
    return proxy(Kernels.class, kernels, List.of());
  }

  /** Bytes that crossed since the last {@link #reset()}, in both directions. */
  public long bytes() {
    return bytes;
  }

  /** How often the host waited for a number since the last {@link #reset()}. */
  public int waits() {
    return waits;
  }

  /** Bytes that crossed by the kernel that took or gave them. */
  public Map<String, Long> crossings() {
    return crossings;
  }

  /** Starts to count. */
  public void reset() {
    crossings.clear();
    sent.clear();
    bytes = 0;
    waits = 0;
  }

  private <T> T proxy(Class<T> type, T target, List<INDArray> held) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                method.getDeclaringClass() == Object.class
                    ? method.invoke(target, arguments)
                    : call(target, method, arguments == null ? new Object[0] : arguments, held)));
  }

  private Object call(Object target, Method method, Object[] arguments, List<INDArray> held)
      throws Throwable {
    Call call = new Call(method.getName());
    held.forEach(call::reads);
    Object[] given = arguments.clone();
    for (int i = 0; i < given.length; i++) {
      if (given[i] instanceof IntFunction<?> gradients) {
        given[i] = (IntFunction<Object>) group -> call.argument(gradients.apply(group));
      } else if (given[i] instanceof INDArray array && overwrites(method, i)) {
        call.writes(array);
      } else {
        call.argument(given[i]);
      }
    }
    Object result;
    try {
      result = method.invoke(target, given);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    if (result instanceof Kernels exact) {
      return over(exact);
    }
    List<INDArray> inner = new ArrayList<>(call.arrays);
    call.result(result);
    if (result instanceof Attended attended) {
      inner.add(attended.output());
      call.writes(attended.output());
    }
    call.close();
    if (result instanceof Attended attended) {
      return proxy(Attended.class, attended, inner);
    }
    if (result instanceof Normalized made) {
      return new Normalized(made.output(), proxy(NormPullback.class, made.pullback(), inner));
    }
    return result instanceof FeedForwardPass made
        ? new FeedForwardPass(
            made.output(), proxy(FeedForwardPullback.class, made.pullback(), inner))
        : result;
  }

  /** Arrays whose old content a kernel does not read. */
  private static boolean overwrites(Method method, int argument) {
    return method.getName().equals("pull") && argument > 0;
  }

  private final class Call {
    private final String kernel;
    private final List<INDArray> arrays = new ArrayList<>();
    private final Set<List<Object>> fetched = new HashSet<>();

    Call(String kernel) {
      this.kernel = kernel;
    }

    /** Of an array that is given twice, the second time finds it fetched. */
    void reads(INDArray array) {
      if (fetched.add(List.of(array.data().address(), array.offset(), array.shapeInfoToString()))) {
        crosses(memory.fetch(array));
      }
      arrays.add(array);
    }

    void writes(INDArray array) {
      arrays.add(array);
    }

    /** Finds the arrays in what a kernel takes, and what the host gives with them. */
    synchronized Object argument(Object argument) {
      if (argument instanceof INDArray array) {
        reads(array);
      } else if (argument instanceof Accumulator into) {
        if (into.beta() == 0) {
          writes(into.array());
        } else {
          reads(into.array());
        }
      } else if (argument instanceof RoutedRows rows) {
        crosses(sent.add(rows) ? (long) (Integer.BYTES + Float.BYTES) * rows.length() : 0);
      } else if (argument instanceof int[] numbers) {
        crosses((long) Integer.BYTES * numbers.length);
      } else if (argument instanceof double[] numbers) {
        crosses((long) Float.BYTES * numbers.length);
      } else if (argument instanceof Iterable<?> all) {
        all.forEach(this::argument);
      } else if (argument instanceof Record parts && !(argument instanceof RowGroups)) {
        parts(parts).forEach(this::argument);
      }
      return argument;
    }

    void result(Object result) {
      if (result instanceof INDArray array) {
        writes(array);
      } else if (result instanceof List<?> several) { // for which the host waits once
        int before = waits;
        several.forEach(this::result);
        waits = Math.min(waits, before + 1);
      } else if (result instanceof Record parts) {
        parts(parts).forEach(this::result);
      } else if (result instanceof double[] numbers) {
        waits++;
        crosses((long) Float.BYTES * numbers.length);
      } else if (result instanceof Double) {
        waits++;
        crosses(Double.BYTES);
      }
    }

    /** What it took and gave lies on the device from here on. */
    void close() {
      arrays.forEach(memory::take);
    }

    private void crosses(long count) {
      if (count > 0) {
        bytes += count;
        crossings.merge(kernel, count, Long::sum);
      }
    }

    private static List<Object> parts(Record whole) {
      List<Object> parts = new ArrayList<>();
      for (RecordComponent component : whole.getClass().getRecordComponents()) {
        try {
          Method accessor = component.getAccessor();
          accessor.setAccessible(true);
          parts.add(accessor.invoke(whole));
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException(e);
        }
      }
      return parts;
    }
  }
}
