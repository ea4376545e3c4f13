package io.evomoe.moe;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.RoutedRows;
import io.evomoe.kernel.RowGroups;
import io.evomoe.moe.Routed.RoutingGradient;
import io.evomoe.nn.FeedForward;
import io.evomoe.nn.KeyValueCache;
import io.evomoe.nn.Layer;
import io.evomoe.nn.NotFiniteException;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Pass.Replay;
import io.evomoe.nn.RoutingReport;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Mixture-of-experts layer. The gate routes tokens, the rows of each expert are gathered, each
 * expert runs on its rows, and a weighted scatter combines the results. The layer drops no token;
 * capacity is handled by the gate. Experts without a token are neither computed nor trained. If
 * every expert takes every token, nothing is gathered.
 */
public final class MoeLayer implements Layer {
  private final String name;
  private final Kernels kernels;
  private final Gate gate;
  private final List<FeedForward> experts;
  private @Nullable ExpertObserver observer;

  /**
   * Creates a layer from a gate and its experts.
   *
   * @param name dotted name for reports and errors
   * @param experts E nets of one class and shape
   */
  public MoeLayer(String name, Kernels kernels, Gate gate, List<FeedForward> experts) {
    if (experts.isEmpty()) {
      throw new IllegalArgumentException("experts must be at least 1, was 0 (" + name + ")");
    }
    this.name = name;
    this.kernels = kernels;
    this.gate = gate;
    this.experts = List.copyOf(experts);
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    Routed routed = route(x, pass);
    Routing routing = routed.routing();
    check(routing, (int) x.size(0));
    Dispatch dispatch = new Dispatch(routing, x, pass);
    if (observer != null && dispatch.computed != null) {
      observer.see(routing, dispatch.computed.value());
    }
    return new Output(
        dispatch.output,
        dy -> dispatch.backward(dy, routed.pullback()),
        List.of(report(routing, pass, routed.auxLoss())));
  }

  /** Sees the experts of a layer at work, to measure them. */
  @FunctionalInterface
  public interface ExpertObserver {

    /**
     * Receives one pass.
     *
     * @param outputs the experts' outputs before they are weighted, in the order of the routing's
     *     assignments [A, d]; valid during the call
     */
    void see(Routing routing, INDArray outputs);
  }

  /** Sets the observer of later passes, which must not run in parallel. */
  public void observe(ExpertObserver seeing) {
    observer = seeing;
  }

  private Routed route(INDArray x, Pass pass) {
    Replay replay = pass.replay();
    return replay == null
        ? routed(x, pass)
        : replay.once(this, Routed.class, x, kept -> routed(kept, pass));
  }

  private Routed routed(INDArray x, Pass pass) {
    Routed routed;
    try {
      routed = gate.route(x, pass);
    } catch (IllegalArgumentException refusal) {
      throw new IllegalArgumentException(
          "the gate of " + name + ": " + refusal.getMessage(), refusal);
    }
    if (!Double.isFinite(routed.auxLoss())) {
      throw new NotFiniteException(
          "the gate of " + name + ": auxLoss must be finite, was " + routed.auxLoss());
    }
    return routed;
  }

  private void check(Routing routing, int tokens) {
    if (routing.experts() != experts.size() || routing.tokenCount() != tokens) {
      throw new IllegalStateException(
          "the gate of %s must route %d tokens to %d experts, but routed %d to %d"
              .formatted(name, tokens, experts.size(), routing.tokenCount(), routing.experts()));
    }
  }

  private RoutingReport report(Routing routing, Pass pass, double auxLoss) {
    int[] active = new int[routing.tokenCount()];
    for (int token : routing.rows().rows()) {
      active[token]++;
    }
    int[] real = pass.tokens().realRows();
    int[] histogram = new int[routing.experts() + 1];
    for (int s : real) {
      histogram[active[s]]++;
    }
    int[] first = pass.step().training() ? new int[0] : routing.firstExperts();
    return new RoutingReport(
        name,
        real.length,
        IntStream.of(routing.loads()).boxed().toList(),
        IntStream.of(histogram).boxed().toList(),
        routing.dropped(),
        auxLoss,
        IntStream.of(real).filter(s -> s < first.length).mapToObj(s -> first[s]).toList());
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.concat(
            gate.parameters().stream(), experts.stream().flatMap(e -> e.parameters().stream()))
        .toList();
  }

  /** Returns the gate. */
  public Gate gate() {
    return gate;
  }

  /** One pass of tokens through their experts. */
  private final class Dispatch {
    private final INDArray x;
    private final Pass pass;
    private final RoutedRows rows;
    private final @Nullable RoutedRows bypass;
    private final boolean dense;
    private final @Nullable Output computed;
    private final INDArray output;

    Dispatch(Routing routing, INDArray x, Pass pass) {
      this.x = x;
      this.pass = pass;
      this.rows = routing.rows();
      this.bypass = bypass(routing);
      this.dense = routing.isDense();
      boolean filled = pass.isJoint() && !dense && kernels.filled(1) > 1;
      this.computed = rows.length() == 0 ? null : filled ? padded(routing) : compute(routing);
      this.output =
          computed == null ? kernels.zeros(x.shape()) : kernels.combineRows(computed.value(), rows);
      if (bypass != null) {
        kernels.addInto(output, kernels.spreadRows(x, bypass));
      }
    }

    private Output compute(Routing routing) {
      RowGroups groups =
          dense
              ? RowGroups.shared(routing.experts(), routing.tokenCount())
              : RowGroups.routed(routing.offsets());
      INDArray inputs = dense || isInOrder() ? x : kernels.gatherRows(x, rows);
      return FeedForward.forward(experts, inputs, groups, pass);
    }

    /** Fills the rows of each expert up. */
    private Output padded(Routing routing) {
      int[] offsets = routing.offsets();
      int[] starts = new int[offsets.length];
      for (int e = 0; e + 1 < offsets.length; e++) {
        starts[e + 1] = starts[e] + kernels.filled(offsets[e + 1] - offsets[e]);
      }
      int[] filled = new int[starts[starts.length - 1]];
      int[] places = new int[rows.length()];
      for (int e = 0; e + 1 < offsets.length; e++) {
        for (int i = offsets[e]; i < offsets[e + 1]; i++) {
          places[i] = starts[e] + i - offsets[e];
          filled[places[i]] = rows.rows()[i];
        }
      }
      INDArray inputs = kernels.gatherRows(x, filled);
      Output all = FeedForward.forward(experts, inputs, RowGroups.routed(starts), pass);
      return new Output(kernels.gatherRows(all.value(), places), KeyValueCache.NO_BACKWARD);
    }

    /** Returns whether the gathered rows are x itself in its order, e.g. for a single token. */
    private boolean isInOrder() {
      int[] tokens = rows.rows();
      return tokens.length == rows.n()
          && IntStream.range(0, rows.n()).allMatch(i -> tokens[i] == i);
    }

    INDArray backward(INDArray dy, Routed.GatePullback gatePullback) {
      INDArray dWeights = computed == null ? null : kernels.rowDots(computed.value(), dy, rows);
      INDArray dBypass = bypass == null ? null : kernels.rowDots(x, dy, bypass);
      INDArray dx = computed == null ? kernels.zeros(x.shape()) : throughExperts(dy);
      if (bypass != null) {
        kernels.addInto(dx, kernels.spreadRows(dy, bypass));
      }
      INDArray throughGate = gatePullback.pull(new RoutingGradient(kernels, dWeights, dBypass));
      if (throughGate != null) {
        kernels.addInto(dx, throughGate);
      }
      return dx;
    }

    private INDArray throughExperts(INDArray dy) {
      Output forward = java.util.Objects.requireNonNull(computed);
      INDArray dRows = forward.pullback().pull(kernels.spreadRows(dy, rows));
      return dense ? dRows : kernels.sumRows(dRows, rows);
    }

    /** Returns every token once with its bypass weight. */
    private static @Nullable RoutedRows bypass(Routing routing) {
      double[] weights = routing.bypass();
      if (weights == null) {
        return null;
      }
      int[] all = new int[weights.length];
      Arrays.setAll(all, s -> s);
      return new RoutedRows(all.length, new int[] {0, all.length}, all, weights);
    }
  }
}
