package io.evomoe.training.internal.rounds;

import io.evomoe.nn.RoutingReport;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One worker's contribution to the average of a round, or the sum of several. The sum of two is
 * bit-identical in either order; the sum of more depends on how they are paired.
 */
public final class Contribution implements Serializable {
  private static final long serialVersionUID = 1;

  private final WireFormat format;
  private transient Map<String, float[]> differences = new LinkedHashMap<>();
  private final Map<String, Double> weights = new LinkedHashMap<>();
  private final Map<String, double[]> states = new LinkedHashMap<>();
  private final Set<String> frozen = new LinkedHashSet<>();
  private Sums sums;
  private final List<RoutingReport> routing = new ArrayList<>();
  private final Map<Integer, WorkerTime> workers = new TreeMap<>();
  private @Nullable String failure;
  private long received;

  private Contribution(WireFormat format, Sums sums) {
    this.format = format;
    this.sums = sums;
  }

  /** Returns the contribution of a worker that could not finish its steps, with the reason. */
  static Contribution failed(int worker, String reason) {
    Contribution result = new Contribution(WireFormat.F32, Sums.NONE);
    result.failure = "worker " + worker + ": " + reason;
    return result;
  }

  /** Returns the contribution of one worker. */
  static Contribution of(WireFormat format, Sums sums, List<RoutingReport> routing) {
    Contribution result = new Contribution(format, sums);
    result.routing.addAll(routing);
    return result;
  }

  /**
   * Adds a parameter's difference.
   *
   * @param difference start minus end, in the order of the parameter; kept and changed
   * @param weight its weight in the mean, at least 0
   */
  void add(String parameter, float[] difference, double weight) {
    for (int i = 0; i < difference.length; i++) {
      difference[i] = format.round((float) (difference[i] * weight));
    }
    differences.put(parameter, difference);
    weights.put(parameter, weight);
  }

  void addState(String name, double[] values) {
    states.put(name, values);
  }

  void addFrozen(String parameter) {
    frozen.add(parameter);
  }

  /** Returns this contribution with worker, time and place. */
  public Contribution by(int worker, WorkerTime time) {
    workers.put(worker, time);
    return this;
  }

  /** Adds another contribution. This one is changed. */
  public Contribution plus(Contribution other) {
    received += other.received;
    workers.putAll(other.workers);
    if (failure != null || other.failure != null) {
      failure = failure == null ? other.failure : failure;
      return this;
    }
    other.differences.forEach((name, theirs) -> addInto(own(name), theirs));
    other.weights.forEach((name, weight) -> weights.merge(name, weight, Double::sum));
    other.states.forEach((name, theirs) -> states.merge(name, theirs, Contribution::sum));
    frozen.addAll(other.frozen);
    sums = sums.plus(other.sums);
    if (routing.isEmpty()) {
      routing.addAll(other.routing);
    } else if (!other.routing.isEmpty()) {
      for (int i = 0; i < routing.size(); i++) {
        routing.set(i, routing.get(i).plus(other.routing.get(i)));
      }
    }
    return this;
  }

  private float[] own(String name) {
    return Objects.requireNonNull(differences.get(name), name);
  }

  private void addInto(float[] ours, float[] theirs) {
    for (int i = 0; i < ours.length; i++) {
      ours[i] = format.round(ours[i] + theirs[i]);
    }
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }

  /** Returns why a worker could not finish, or null if all could. */
  @Nullable String failure() {
    return failure;
  }

  /** Returns losses, tokens and FLOPs. */
  public Sums sums() {
    return sums;
  }

  /** Returns the routing of each worker's last step that was not skipped, summed over workers. */
  public List<RoutingReport> routing() {
    return List.copyOf(routing);
  }

  /** Returns when and where each worker worked. */
  public Map<Integer, WorkerTime> workers() {
    return Map.copyOf(workers);
  }

  /** Returns the bytes of arrays that were received so far. */
  public long received() {
    return received;
  }

  Set<String> frozen() {
    return frozen;
  }

  /** Returns whether any worker's difference of the parameter has a weight. */
  boolean hasWeight(String parameter) {
    return weights.getOrDefault(parameter, 0.0) > 0;
  }

  /** Returns the weighted mean of a parameter's differences, or zeros if no worker has a weight. */
  float[] mean(String parameter) {
    float[] mean = own(parameter).clone();
    double weight = weights.getOrDefault(parameter, 0.0);
    for (int i = 0; i < mean.length; i++) {
      mean[i] = weight == 0 ? 0 : (float) (mean[i] / weight);
    }
    return mean;
  }

  /** Returns the mean of a state. */
  double[] meanState(String name) {
    double[] mean = Objects.requireNonNull(states.get(name), name).clone();
    for (int i = 0; i < mean.length; i++) {
      mean[i] /= sums.workers();
    }
    return mean;
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    out.defaultWriteObject();
    Map<String, Object> sent = new LinkedHashMap<>();
    differences.forEach((name, values) -> sent.put(name, format.encoded(values)));
    out.writeObject(sent);
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    differences = new LinkedHashMap<>();
    for (Map.Entry<?, ?> sent : ((Map<?, ?>) in.readObject()).entrySet()) {
      differences.put((String) sent.getKey(), format.decoded(sent.getValue()));
    }
    received += format.bytes(differences, states);
  }

  /**
   * The place and duration of a worker's steps.
   *
   * @param place readable place, e.g. the name of a process
   * @param seconds duration of all its steps
   * @param startBytes bytes of arrays that were received with the round's start, 0 if it was local
   */
  public record WorkerTime(String place, double seconds, long startBytes) implements Serializable {}

  /**
   * Sums over the workers of a round.
   *
   * @param workers number of workers
   * @param measured number of workers with a loss, i.e. not all of their steps were skipped
   * @param loss sum of each worker's mean task loss over its steps with a loss, in nats per token
   * @param auxLoss sum of each worker's mean auxiliary loss over these steps
   * @param tokens tokens trained on
   * @param flops FLOPs spent
   * @param skipped steps that changed nothing
   */
  public record Sums(
      int workers,
      int measured,
      double loss,
      double auxLoss,
      long tokens,
      double flops,
      long skipped)
      implements Serializable {
    static final Sums NONE = new Sums(0, 0, 0, 0, 0, 0, 0);

    Sums plus(Sums other) {
      return new Sums(
          workers + other.workers,
          measured + other.measured,
          loss + other.loss,
          auxLoss + other.auxLoss,
          tokens + other.tokens,
          flops + other.flops,
          skipped + other.skipped);
    }

    /** Returns the mean task loss over workers, NaN if none has one. */
    public double meanLoss() {
      return loss / measured;
    }

    /** Returns the mean auxiliary loss over workers, NaN if none has one. */
    public double meanAuxLoss() {
      return auxLoss / measured;
    }
  }
}
