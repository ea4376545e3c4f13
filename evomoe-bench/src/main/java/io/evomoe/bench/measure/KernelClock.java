package io.evomoe.bench.measure;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Kernels.Attended;
import io.evomoe.kernel.Kernels.FeedForwardPass;
import io.evomoe.kernel.Kernels.FeedForwardPullback;
import io.evomoe.kernel.Kernels.NormPullback;
import io.evomoe.kernel.Kernels.Normalized;
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
  public Kernels timed(Kernels kernels) {
    return timed(Kernels.class, "", kernels);
  }

  private <T> T timed(Class<T> type, String prefix, T target) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                call(target, method, prefix + method.getName(), arguments)));
  }

  private Object call(Object target, Method method, String name, Object[] arguments)
      throws Throwable {
    long start = System.nanoTime();
    try {
      Object result = method.invoke(target, arguments);
      if (result instanceof Kernels exact) {
        return timed(exact);
      }
      if (result instanceof Normalized made) {
        return new Normalized(
            made.output(), timed(NormPullback.class, name + ".", made.pullback()));
      }
      if (result instanceof FeedForwardPass made) {
        return new FeedForwardPass(
            made.output(), timed(FeedForwardPullback.class, name + ".", made.pullback()));
      }
      return result instanceof Attended attended
          ? timed(Attended.class, name + ".", attended)
          : result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    } finally {
      long[] sums = nanosAndCalls.computeIfAbsent(name, unused -> new long[2]);
      sums[0] += System.nanoTime() - start;
      sums[1]++;
    }
  }

  /** Forgets what was measured so far. */
  public void reset() {
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
   * @param kernel name of the method in {@link Kernels}, such as {@code attention}, or of its
   *     result, {@code attention.pull}
   * @param millis milliseconds a step
   * @param calls a step
   */
  public record Share(String kernel, double millis, double calls) {}
}
