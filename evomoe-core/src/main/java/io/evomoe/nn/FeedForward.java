package io.evomoe.nn;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.FeedForwardNets;
import io.evomoe.kernel.FeedForwardNets.FeedForwardGradients;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Kernels.FeedForwardPass;
import io.evomoe.kernel.RepeatedArrays;
import io.evomoe.kernel.RowGroups;
import io.evomoe.nn.Output.Pullback;
import io.evomoe.nn.Scope.Initialization;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@code contract(act(expand(x)))}, or gated {@code contract(act(expand(x)) * up(x))}. It is the
 * Transformer's position-wise net, and one expert of a MoE layer.
 *
 * <p>A {@link #residual} net is {@code x + net(norm(x))}.
 */
public final class FeedForward implements Layer {
  private final Kernels kernels;
  private final @Nullable Norm norm;
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
    this(scope, null, config, initialization);
  }

  private FeedForward(
      Scope scope, @Nullable Norm norm, FeedForwardConfig config, Initialization initialization) {
    this.norm = norm;
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
   * Creates a residual net. Its {@code contract.weight} is initially zero, so a new net is the
   * identity. It is the expert of BASE layers (Lewis et al., arXiv 2103.16716, section 3.3) and
   * StableMoE.
   *
   * @param scope contains {@code norm.gain}, {@code norm.shift} if the norm has one, and the parts
   *     of any {@link FeedForward}
   * @param initialization its deviation applies to the first matrix; the last is zero
   */
  public static FeedForward residual(
      Scope scope, NormConfig normConfig, FeedForwardConfig config, Initialization initialization) {
    Norm norm = new Norm(scope.child("norm"), config.hiddenSize(), normConfig);
    return new FeedForward(scope, norm, config, initialization.silent());
  }

  private FeedForward(Scope scope, FeedForward parent, WeightChange change) {
    this.kernels = scope.kernels();
    this.norm = parent.norm == null ? null : parent.norm.copy(scope.child("norm"));
    this.activation = parent.activation;
    this.gateProj = new Linear(scope.child("expand"), parent.gateProj, change);
    this.upProj =
        parent.upProj == null ? null : new Linear(scope.child("up"), parent.upProj, change);
    this.downProj = new Linear(scope.child("contract"), parent.downProj, change);
  }

  /**
   * Creates a child: a net of the same form with its own parameters, derived from those of this
   * one.
   *
   * @param scope names the child's parameters
   * @param change applied to the weight matrices; biases, gains and shifts are copied
   */
  public FeedForward child(Scope scope, WeightChange change) {
    return new FeedForward(scope, this, change);
  }

  /** The change from a parent's weight matrix to its child's. */
  @FunctionalInterface
  public interface WeightChange {

    /**
     * Returns the new values for the old ones.
     *
     * @param name name of the child's parameter, for separate random draws
     * @param deviation standard deviation of the initial weights
     * @param columns length of a row; a column of the first matrices, or a row of the last one, is
     *     a hidden unit
     * @param values the parent's values in C order; may be changed and returned
     */
    double[] apply(String name, double deviation, int columns, double[] values);
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    return forward(List.of(this), x, RowGroups.shared(1, (int) x.size(0)), pass);
  }

  /**
   * Runs several nets of one form and shape, each on its own group of rows. A group without rows
   * costs nothing and gets no gradient.
   *
   * @param nets one per group, all residual or all plain
   * @param x [groups.inputRows(), d]
   * @return [groups.rows(), d]
   */
  public static Output forward(List<FeedForward> nets, INDArray x, RowGroups groups, Pass pass) {
    if (nets.stream().anyMatch(net -> (net.norm == null) != (nets.get(0).norm == null))) {
      throw new IllegalArgumentException("nets must be all residual or all plain");
    }
    return nets.get(0).norm == null
        ? plain(nets, x, groups, pass)
        : residual(nets, x, groups, pass);
  }

  private static Output plain(List<FeedForward> nets, INDArray x, RowGroups groups, Pass pass) {
    FeedForward first = nets.get(0);
    Kernels kernels = first.kernels;
    if (nets.stream().anyMatch(FeedForward::isAdapted)) {
      return mapByMap(nets, x, groups, pass);
    }
    FeedForwardNets parameters =
        new FeedForwardNets(
            first.activation,
            Linear.grouped(maps(nets, net -> net.gateProj)),
            first.upProj == null
                ? null
                : Linear.grouped(maps(nets, net -> Objects.requireNonNull(net.upProj))),
            Linear.grouped(maps(nets, net -> net.downProj)));
    FeedForwardPass forward = kernels.feedForward(parameters, x, groups);
    return new Output(
        forward.output(), dy -> forward.pullback().pull(dy, g -> nets.get(g).gradients()));
  }

  /** Does the same with one kernel after another, because adapters add to each linear map. */
  private static Output mapByMap(List<FeedForward> nets, INDArray x, RowGroups groups, Pass pass) {
    FeedForward first = nets.get(0);
    Kernels kernels = first.kernels;
    Output gate = Linear.forward(maps(nets, net -> net.gateProj), x, groups, pass);
    Output up =
        first.upProj == null
            ? null
            : Linear.forward(
                maps(nets, net -> Objects.requireNonNull(net.upProj)), x, groups, pass);
    INDArray activated = kernels.activation(first.activation, gate.value());
    INDArray hidden = up == null ? activated : kernels.times(activated, up.value());
    RowGroups inner = RowGroups.routed(groups.offsets());
    Output down = Linear.forward(maps(nets, net -> net.downProj), hidden, inner, pass);
    return new Output(
        down.value(),
        dy -> {
          INDArray dHidden = down.pullback().pull(dy);
          INDArray dActivated = up == null ? dHidden : kernels.times(dHidden, up.value());
          INDArray dGate = kernels.activationGradient(first.activation, gate.value(), dActivated);
          INDArray dx = gate.pullback().pull(dGate);
          if (up != null) {
            kernels.addInto(dx, up.pullback().pull(kernels.times(activated, dHidden)));
          }
          return dx;
        });
  }

  private boolean isAdapted() {
    return gateProj.isAdapted() || downProj.isAdapted() || (upProj != null && upProj.isAdapted());
  }

  private static Output residual(List<FeedForward> nets, INDArray x, RowGroups groups, Pass pass) {
    Kernels kernels = nets.get(0).kernels;
    Map<Integer, Pullback> throughNorm = new TreeMap<>();
    INDArray rows = RepeatedArrays.create(x.dataType(), groups.rows(), x.size(1));
    for (int g = 0; g < groups.count(); g++) {
      if (groups.size(g) > 0) {
        Norm norm = Objects.requireNonNull(nets.get(g).norm);
        Output normalized = norm.forward(groups.inputsOf(x, g));
        kernels.copyInto(normalized.value(), groups.outputsOf(rows, g));
        throughNorm.put(g, normalized.pullback());
      }
    }
    Output change = plain(nets, rows, RowGroups.routed(groups.offsets()), pass);
    INDArray y = change.value();
    for (int g : throughNorm.keySet()) {
      kernels.addInto(groups.outputsOf(y, g), groups.inputsOf(x, g));
    }
    return new Output(
        y,
        dy -> {
          INDArray dRows = change.pullback().pull(dy);
          INDArray dx = kernels.zeros(x.shape());
          throughNorm.forEach(
              (g, pullback) -> {
                INDArray into = groups.inputsOf(dx, g);
                kernels.addInto(into, groups.outputsOf(dy, g));
                kernels.addInto(into, pullback.pull(groups.outputsOf(dRows, g)));
              });
          return dx;
        });
  }

  private FeedForwardGradients gradients() {
    return new FeedForwardGradients(
        gateProj.gradients(), upProj == null ? null : upProj.gradients(), downProj.gradients());
  }

  private static List<Linear> maps(List<FeedForward> nets, Function<FeedForward, Linear> map) {
    return nets.stream().map(map).toList();
  }

  @Override
  public List<Parameter> parameters() {
    Stream<Layer> parts = Stream.of(norm, gateProj, upProj, downProj).flatMap(Stream::ofNullable);
    return parts.flatMap(part -> part.parameters().stream()).toList();
  }
}
