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
 * The feed-forward place of a block, which evolves: one expert without a gate, and after {@link
 * #spawn} several experts with one. With {@link Growth#FROM_START} it has its experts from the
 * beginning; with {@link Growth#NEVER} it stays one.
 *
 * <p>Shared experts run on every token from the start and are added to what the experts give
 * (DeepSeekMoE, arXiv 2401.06066, section 3.2); no gate sees them and nothing spawns from them.
 */
public final class EvolvingFeedForward implements Layer {
  private final Scope scope;
  private final ExpertPlan plan;
  private final int layer;
  private final @Nullable SharedPath shared;
  private List<Expert> experts;
  private @Nullable MoeLayer mixture;

  /**
   * Makes the experts of the first phase, of the first place in its stack.
   *
   * @param scope holds {@code experts.0} and on, {@code shared.0} and on, {@code sharedGate} and
   *     {@code gate}
   */
  public EvolvingFeedForward(Scope scope, ExpertPlan plan) {
    this(scope, plan, 0);
  }

  /**
   * The same in any place.
   *
   * @param layer which of its stack's places it is, from 0
   */
  public EvolvingFeedForward(Scope scope, ExpertPlan plan, int layer) {
    this.scope = scope;
    this.plan = plan;
    this.layer = layer;
    this.experts = new ArrayList<>();
    boolean fromStart = plan.gates().provider().growth() == Growth.FROM_START;
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
            : new SharedPath(scope, nets, plan.form().width(), plan.shared().gated());
  }

  /**
   * Spawns E experts from the one, each with draws of its own, and a new gate.
   *
   * @param method how the children differ from their parent
   * @param seed of the draws
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

  /** Dotted name, in which its parameters' names begin. */
  public String name() {
    return scope.name();
  }

  /** Number of its block in its stack, from 0; empty outside of one. */
  public OptionalInt block() {
    return scope.place("").block();
  }

  /** When it has its experts. */
  public Growth growth() {
    return plan.gates().provider().growth();
  }

  /** Where it stands in its block. */
  public Placement placement() {
    return plan.gates().provider().placement();
  }

  /** Whether there is a gate. */
  public boolean isMixture() {
    return mixture != null;
  }

  /** Number of experts now. */
  public int experts() {
    return experts.size();
  }

  /** Parameters of one expert. */
  public long expertParameters() {
    return experts.get(0).parameters().stream().mapToLong(Parameter::length).sum();
  }

  /** Parameters of the gate that a token does not touch; 0 while there is none. */
  long idleGateParameters() {
    return mixture == null ? 0 : mixture.gate().idleParameters();
  }

  /**
   * Whether the gate, evaluated at a step, is top-k of a softmax.
   *
   * @throws IllegalArgumentException if the step keeps more experts than there are
   */
  public TopKRouting topKRouting(StepContext step) {
    return mixture == null ? TopKRouting.Other.ONE_EXPERT : mixture.gate().topKRouting(step);
  }

  /** Name of its gate, of one to come as well. */
  String gateName() {
    return plan.gates().provider().name();
  }

  /** What the gate needs saved beside its parameters. */
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

  /** What the gate decides on, or the one expert. */
  private Layer own() {
    return mixture == null ? experts.get(0) : mixture;
  }

  private MoeLayer mix() {
    Gate gate = plan.gate(scope.gate(), layer);
    return new MoeLayer(scope.name(), scope.kernels(), gate, experts);
  }
}
