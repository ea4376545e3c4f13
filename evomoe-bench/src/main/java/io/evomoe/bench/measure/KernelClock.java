package io.evomoe.bench.measure;

import io.evomoe.kernel.Kernels;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Kernels that add up the time that each of their methods takes, for a profile of a step. For one
 * thread.
 */
public final class KernelClock {
  private final Map<String, long[]> nanosAndCalls = new TreeMap<>();

  /** The same kernels, timed; {@link Kernels#exact} gives timed ones as well. */
  Kernels timed(Kernels kernels) {
    return (Kernels)
        Proxy.newProxyInstance(
            Kernels.class.getClassLoader(),
            new Class<?>[] {Kernels.class},
            (proxy, method, arguments) -> call(kernels, method, arguments));
  }

  private Object call(Kernels kernels, Method method, Object[] arguments) throws Throwable {
    long start = System.nanoTime();
    try {
      Object result = method.invoke(kernels, arguments);
      return method.getName().equals("exact") ? timed((Kernels) result) : result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    } finally {
      long[] sums = nanosAndCalls.computeIfAbsent(method.getName(), name -> new long[2]);
      sums[0] += System.nanoTime() - start;
      sums[1]++;
    }
  }

  /** Forgets what was measured so far. */
  void reset() {
    nanosAndCalls.clear();
  }

  /** Milliseconds and calls a step of each kernel, the largest first. */
  public List<Share> shares(int steps) {
    return nanosAndCalls.entrySet().stream()
        .map(
            entry ->
                new Share(
                    entry.getKey(),
                    entry.getValue()[0] * 1e-6 / steps,
                    (double) entry.getValue()[1] / steps))
        .sorted(Comparator.comparingDouble(Share::millis).reversed())
        .toList();
  }

  /**
   * A kernel's part of a step.
   *
   * @param kernel name of the method in {@link Kernels}
   * @param millis milliseconds a step
   * @param calls a step
   */
  public record Share(String kernel, double millis, double calls) {}
}
