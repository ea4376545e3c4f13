package io.evomoe.evolution;

import io.evomoe.kernel.Kernels;
import io.evomoe.moe.Gate;
import io.evomoe.moe.Gate.GateState;
import io.evomoe.moe.Gate.TopKRouting;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.moe.GateProvider.Placement;
import io.evomoe.moe.MoeLayer;
import io.evomoe.nn.FeedForward;
import io.evomoe.nn.Layer;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.internal.MetaArrays;
import io.evomoe.step.StepContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The feed-forward layer of a block that evolves: one expert without a gate, and after {@link
 * #spawn} several experts with a gate. With {@link ExpertLifecycle#FROM_START} it has its experts
 * from the beginning; with {@link ExpertLifecycle#NEVER} it keeps one.
 *
 * <p>Shared experts run on every token from the start, and their outputs are added to those of the
 * experts (DeepSeekMoE, arXiv 2401.06066, section 3.2). No gate routes to them, and nothing is
 * spawned from them.
 */
public final class EvolvingFeedForward implements Layer {
  private final Scope scope;
  private final ExpertPlan plan;
  private final int layer;
  private final @Nullable SharedPath shared;
  private List<FeedForward> experts;
  private @Nullable MoeLayer mixture;

  /**
   * Creates the experts of the first phase for the first MoE layer of its stack.
   *
   * @param scope contains {@code experts.0} and following, {@code shared.0} and following, {@code
   *     sharedGate} and {@code gate}
   */
  public EvolvingFeedForward(Scope scope, ExpertPlan plan) {
    this(scope, plan, 0);
  }

  /**
   * Creates the experts of the first phase for any MoE layer of its stack.
   *
   * @param layer index of the MoE layer in its stack, from 0
   */
  public EvolvingFeedForward(Scope scope, ExpertPlan plan, int layer) {
    this.scope = scope;
    this.plan = plan;
    this.layer = layer;
    this.experts = new ArrayList<>();
    boolean fromStart =
        growth() == ExpertLifecycle.FROM_START
            || (growth() == ExpertLifecycle.SPAWNED && MetaArrays.areMade());
    for (int e = 0; e < (fromStart ? plan.experts() : 1); e++) {
      experts.add(plan.expert(scope.expert(e)));
    }
    if (fromStart) {
      mixture = mix();
    }
    List<Layer> nets =
        IntStream.range(0, plan.shared().count())
            .mapToObj(i -> plan.sharedExpert(scope.sharedExpert(i)))
            .toList();
    this.shared =
        nets.isEmpty()
            ? null
            : new SharedPath(scope, nets, plan.feedForward().hiddenSize(), plan.shared().gated());
  }

  /**
   * Spawns E experts from the single one, each with its own random draws, and creates a gate.
   *
   * @param method how the children differ from their parent
   * @param seed seed of the draws
   * @return the parent of each child's parameter
   */
  public Map<Parameter, Parameter> spawn(SpawnMethod method, long seed) {
    if (growth() != ExpertLifecycle.SPAWNED || isMixture()) {
      throw new IllegalStateException("the experts of " + scope.name() + " are not to be spawned");
    }
    FeedForward parent = experts.get(0);
    FeedForward.WeightChange change = method.change(seed);
    List<FeedForward> children = new ArrayList<>();
    Map<Parameter, Parameter> lineage = new LinkedHashMap<>();
    for (int e = 0; e < plan.experts(); e++) {
      FeedForward child = parent.child(scope.expert(e), change);
      children.add(child);
      for (int i = 0; i < child.parameters().size(); i++) {
        lineage.put(child.parameters().get(i), parent.parameters().get(i));
      }
    }
    experts = children;
    mixture = mix();
    return lineage;
  }

  /** Returns the dotted name, which is the prefix of its parameters' names. */
  public String name() {
    return scope.name();
  }

  /** Returns the index of its block in its stack, from 0. Empty outside a stack. */
  public OptionalInt block() {
    return scope.place("").block();
  }

  /** Returns when the layer gets its experts. */
  public ExpertLifecycle growth() {
    return provider().growth();
  }

  /** Returns the position of the layer in its block. */
  public Placement placement() {
    return provider().placement();
  }

  /** Returns whether there is a gate. */
  public boolean isMixture() {
    return mixture != null;
  }

  /** Returns the current number of experts. */
  public int experts() {
    return experts.size();
  }

  /** Returns the number of parameters of one expert. */
  public long expertParameters() {
    return experts.get(0).parameters().stream().mapToLong(Parameter::length).sum();
  }

  /** Returns the number of gate parameters that a token does not use, 0 without a gate. */
  long idleGateParameters() {
    return mixture == null ? 0 : mixture.gate().idleParameters();
  }

  /**
   * Returns whether the gate, evaluated at a step, is top-k of a softmax.
   *
   * @throws IllegalArgumentException if the step keeps more experts than there are
   */
  public TopKRouting topKRouting(StepContext step) {
    return mixture == null ? TopKRouting.Other.ONE_EXPERT : mixture.gate().topKRouting(step);
  }

  /** Sets the observer of its experts in later passes; without a gate there is nothing to see. */
  public void observe(MoeLayer.ExpertObserver observer) {
    if (mixture != null) {
      mixture.observe(observer);
    }
  }

  /** Returns the provider of its gate, even before the gate exists. */
  GateProvider provider() {
    return plan.gates().provider();
  }

  /** Returns the arrays that the gate needs saved besides its parameters. */
  public List<GateState> state() {
    return mixture == null ? List.of() : mixture.gate().state();
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    Output routed = own().forward(x, pass);
    return shared == null ? routed : sum(scope.kernels(), List.of(routed, shared.forward(x, pass)));
  }

  private static Output sum(Kernels kernels, List<Output> outputs) {
    Output first = outputs.get(0);
    List<Output> others = outputs.subList(1, outputs.size());
    INDArray value = first.value();
    for (Output other : others) {
      value = kernels.add(value, other.value());
    }
    return new Output(
        value,
        dy -> {
          INDArray dx = first.pullback().pull(dy);
          others.forEach(other -> kernels.addInto(dx, other.pullback().pull(dy)));
          return dx;
        },
        first.reports());
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.concat(
            own().parameters().stream(),
            Stream.ofNullable(shared).flatMap(path -> path.parameters().stream()))
        .toList();
  }

  /** Returns the MoE layer, or the single expert. */
  private Layer own() {
    return mixture == null ? experts.get(0) : mixture;
  }

  private MoeLayer mix() {
    Gate gate = plan.gate(scope.gate(), layer);
    return new MoeLayer(scope.name(), scope.kernels(), gate, experts);
  }

  /** The sum of nets that every token uses, multiplied by {@code sigmoid(x w)} if it is gated. */
  static final class SharedPath implements Layer {
    private final Kernels kernels;
    private final List<Layer> nets;
    private final @Nullable Parameter gate;

    /**
     * Joins the nets.
     *
     * @param scope contains {@code sharedGate.weight} [d, 1]. It is initially zero, so every token
     *     gets half
     * @param nets at least one
     */
    SharedPath(Scope scope, List<Layer> nets, int width, boolean gated) {
      this.kernels = scope.kernels();
      this.nets = List.copyOf(nets);
      this.gate =
          gated
              ? scope.child("sharedGate").constant("weight", Parameter.Role.WEIGHT, 0, width, 1)
              : null;
    }

    @Override
    public Output forward(INDArray x, Pass pass) {
      Output sum = sum(kernels, nets.stream().map(net -> net.forward(x, pass)).toList());
      return gate == null ? sum : gated(gate, x, sum);
    }

    private Output gated(Parameter weight, INDArray x, Output sum) {
      int n = Math.toIntExact(x.size(0));
      int[] rows = new int[n];
      Arrays.setAll(rows, s -> s);
      double[] z = kernels.read(kernels.exact().linear(x, weight.value(), null));
      double[] share = Arrays.stream(z).map(value -> 1 / (1 + Math.exp(-value))).toArray();
      return new Output(
          kernels.spreadRows(sum.value(), rows, share),
          dy -> {
            double[] dz = kernels.read(kernels.rowDots(sum.value(), dy, rows));
            Arrays.setAll(dz, s -> dz[s] * share[s] * (1 - share[s]));
            INDArray dx = sum.pullback().pull(kernels.spreadRows(dy, rows, share));
            INDArray dLogits = kernels.write(dz, n, 1);
            kernels.addInto(
                dx,
                kernels
                    .exact()
                    .linearGradient(
                        x, weight.value(), dLogits, weight.accumulatorIfTrained(), null));
            return dx;
          });
    }

    @Override
    public List<Parameter> parameters() {
      return Stream.concat(
              nets.stream().flatMap(net -> net.parameters().stream()), Stream.ofNullable(gate))
          .toList();
    }
  }
}
