package io.evomoe.evolution;

import io.evomoe.kernel.Kernels;
import io.evomoe.moe.Gate;
import io.evomoe.moe.GateState;
import io.evomoe.moe.Growth;
import io.evomoe.moe.MoeLayer;
import io.evomoe.moe.Placement;
import io.evomoe.moe.TopKRouting;
import io.evomoe.nn.Expert;
import io.evomoe.nn.FeedForward;
import io.evomoe.nn.Layer;
import io.evomoe.nn.MetaArrays;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.step.StepContext;
import java.util.ArrayList;
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
 * #spawn} several experts with a gate. With {@link Growth#FROM_START} it has its experts from the
 * beginning; with {@link Growth#NEVER} it keeps one.
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
  private List<Expert> experts;
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
        growth() == Growth.FROM_START || (growth() == Growth.SPAWNED && MetaArrays.areMade());
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
    if (plan.gates().provider().growth() != Growth.SPAWNED || isMixture()) {
      throw new IllegalStateException("the experts of " + scope.name() + " are not to be spawned");
    }
    Expert parent = experts.get(0);
    FeedForward.WeightChange change = Spawning.by(method, seed);
    List<Expert> children = new ArrayList<>();
    Map<Parameter, Parameter> lineage = new LinkedHashMap<>();
    for (int e = 0; e < plan.experts(); e++) {
      Expert child = parent.child(scope.expert(e), change);
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
  public Growth growth() {
    return plan.gates().provider().growth();
  }

  /** Returns the position of the layer in its block. */
  public Placement placement() {
    return plan.gates().provider().placement();
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

  /** Returns whether the temperature affects its gate, even before the gate exists. */
  boolean usesTemperature() {
    return plan.gates().provider().annealed();
  }

  /** Returns the name of its gate, even before the gate exists. */
  String gateName() {
    return plan.gates().provider().name();
  }

  /** Returns the arrays that the gate needs saved besides its parameters. */
  public List<GateState> state() {
    return mixture == null ? List.of() : mixture.gate().state();
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    Output routed = own().forward(x, pass);
    return shared == null ? routed : sum(routed, shared.forward(x, pass));
  }

  private Output sum(Output routed, Output always) {
    Kernels kernels = scope.kernels();
    return new Output(
        kernels.add(routed.value(), always.value()),
        dy -> {
          INDArray dx = routed.pullback().pull(dy);
          kernels.addInto(dx, always.pullback().pull(dy));
          return dx;
        },
        routed.reports());
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
}
