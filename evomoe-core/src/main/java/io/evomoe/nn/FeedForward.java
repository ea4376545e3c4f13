package io.evomoe.nn;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.FeedForwardGradients;
import io.evomoe.kernel.FeedForwardNets;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.FeedForwardPass;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.RowGroups;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@code contract(act(expand(x)))}, or gated {@code contract(act(expand(x)) * up(x))}. It is the
 * Transformer's position-wise net, and one expert of a MoE layer.
 */
public final class FeedForward implements Expert {
  private final Kernels kernels;
  private final ActivationFunction activation;
  private final Linear gateProj;
  private final @Nullable Linear upProj;
  private final Linear downProj;

  /**
   * Creates the projections.
   *
   * @param scope contains {@code expand.weight} [d, hidden], {@code up.weight} [d, hidden] in a
   *     gated net, {@code contract.weight} [hidden, d], and a {@code bias} for each if the config
   *     has biases
   */
  public FeedForward(Scope scope, FeedForwardConfig config, Initialization initialization) {
    int width = config.hiddenSize();
    int hidden = config.intermediateSize();
    double deviation = initialization.deviation();
    boolean biased = config.biased();
    this.kernels = scope.kernels();
    this.activation = config.activation();
    this.gateProj = new Linear(scope.child("expand"), width, hidden, deviation, biased);
    this.upProj =
        config.gated() ? new Linear(scope.child("up"), width, hidden, deviation, biased) : null;
    this.downProj =
        new Linear(
            scope.child("contract"), hidden, width, initialization.residualDeviation(), biased);
  }

  /**
   * Creates a child of another net, with its own parameters derived from the parent's.
   *
   * @param scope names the child's parameters
   * @param change applied to the weight matrices; biases are copied
   */
  public FeedForward(Scope scope, FeedForward parent, WeightChange change) {
    this.kernels = scope.kernels();
    this.activation = parent.activation;
    this.gateProj = new Linear(scope.child("expand"), parent.gateProj, change);
    this.upProj =
        parent.upProj == null ? null : new Linear(scope.child("up"), parent.upProj, change);
    this.downProj = new Linear(scope.child("contract"), parent.downProj, change);
  }

  /** The change from a parent's weight matrix to its child's. */
  @FunctionalInterface
  public interface WeightChange {

    /**
     * Returns the new values for the old ones.
     *
     * @param name name of the child's parameter, for separate random draws
     * @param deviation standard deviation of the initial weights
     * @param values the parent's values in C order; may be changed and returned
     */
    double[] apply(String name, double deviation, double[] values);
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    return forward(List.of(this), x, RowGroups.shared(1, (int) x.size(0)));
  }

  @Override
  public Output forwardGroups(List<? extends Expert> experts, INDArray x, RowGroups groups) {
    return forward(experts.stream().map(FeedForward.class::cast).toList(), x, groups);
  }

  @Override
  public FeedForward child(Scope scope, WeightChange change) {
    return new FeedForward(scope, this, change);
  }

  /**
   * Runs several nets of one shape, each on its own group of rows. A group without rows costs
   * nothing and gets no gradient.
   *
   * @param nets one per group
   * @param x [groups.inputRows(), d]
   * @return [groups.rows(), d]
   */
  public static Output forward(List<FeedForward> nets, INDArray x, RowGroups groups) {
    Kernels kernels = nets.get(0).kernels;
    FeedForward first = nets.get(0);
    FeedForwardNets parameters =
        new FeedForwardNets(
            first.activation,
            maps(nets, net -> net.gateProj),
            first.upProj == null ? null : maps(nets, net -> Objects.requireNonNull(net.upProj)),
            maps(nets, net -> net.downProj));
    FeedForwardPass forward = kernels.feedForward(parameters, x, groups);
    return new Output(
        forward.output(),
        dy ->
            kernels.feedForwardGradient(
                parameters, x, groups, forward, dy, g -> nets.get(g).gradients()));
  }

  private FeedForwardGradients gradients() {
    return new FeedForwardGradients(
        gateProj.gradients(), upProj == null ? null : upProj.gradients(), downProj.gradients());
  }

  private static GroupedMap maps(List<FeedForward> nets, Function<FeedForward, Linear> map) {
    return Linear.grouped(nets.stream().map(map).toList());
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.of(Stream.of(gateProj), Stream.ofNullable(upProj), Stream.of(downProj))
        .flatMap(maps -> maps)
        .flatMap(map -> map.parameters().stream())
        .toList();
  }
}
