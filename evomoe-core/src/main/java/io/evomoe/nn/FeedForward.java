package io.evomoe.nn;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.FeedForwardGradients;
import io.evomoe.kernel.FeedForwardNets;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Kernels.FeedForwardPass;
import io.evomoe.kernel.RowGroups;
import io.evomoe.nn.Parameter.Role;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@code contract(act(expand(x)))}: the Transformer's position-wise net, and one expert of an MoE
 * layer.
 */
public final class FeedForward implements Expert {
  private final Kernels kernels;
  private final ActivationFunction activation;
  private final Parameter expandWeight;
  private final Parameter expandBias;
  private final Parameter contractWeight;
  private final Parameter contractBias;

  /**
   * Makes both linear maps.
   *
   * @param scope holds {@code expand.weight} [d, hidden], {@code expand.bias}, {@code
   *     contract.weight} [hidden, d], {@code contract.bias}
   */
  public FeedForward(
      Scope scope,
      int width,
      int hidden,
      ActivationFunction activation,
      Initialization initialization) {
    Scope expand = scope.child("expand");
    Scope contract = scope.child("contract");
    this.kernels = scope.kernels();
    this.activation = activation;
    this.expandWeight = expand.normal("weight", initialization.deviation(), width, hidden);
    this.expandBias = expand.constant("bias", Role.BIAS, 0, hidden);
    this.contractWeight =
        contract.normal("weight", initialization.residualDeviation(), hidden, width);
    this.contractBias = contract.constant("bias", Role.BIAS, 0, width);
  }

  /**
   * A child of another net: its own parameters, each made from the parent's.
   *
   * @param scope names the child's parameters
   * @param change applied to the two weight matrices; biases are copied
   */
  public FeedForward(Scope scope, FeedForward parent, WeightChange change) {
    Scope expand = scope.child("expand");
    Scope contract = scope.child("contract");
    this.kernels = scope.kernels();
    this.activation = parent.activation;
    this.expandWeight = changed(expand, "weight", parent.expandWeight, change);
    this.expandBias =
        changed(expand, "bias", parent.expandBias, (name, deviation, values) -> values);
    this.contractWeight = changed(contract, "weight", parent.contractWeight, change);
    this.contractBias =
        changed(contract, "bias", parent.contractBias, (name, deviation, values) -> values);
  }

  private static Parameter changed(
      Scope scope, String part, Parameter parent, WeightChange change) {
    double[] values = parent.value().dup('c').data().asDouble();
    String name = scope.place(part).name();
    return scope.like(part, parent, change.apply(name, parent.deviation(), values));
  }

  /** How a child's weight matrix is made from its parent's. */
  @FunctionalInterface
  public interface WeightChange {

    /**
     * New values from old ones.
     *
     * @param name the child's parameter, for draws of its own
     * @param deviation that the weights were drawn with at first
     * @param values the parent's, C order; may be changed and returned
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
   * Runs several nets of one shape, each on its own group of rows; a group without rows costs
   * nothing and gets no gradient.
   *
   * @param nets one a group
   * @param x [groups.inputRows(), d]
   * @return [groups.rows(), d]
   */
  public static Output forward(List<FeedForward> nets, INDArray x, RowGroups groups) {
    Kernels kernels = nets.get(0).kernels;
    FeedForwardNets parameters =
        new FeedForwardNets(
            nets.get(0).activation,
            values(nets, net -> net.expandWeight),
            values(nets, net -> net.expandBias),
            values(nets, net -> net.contractWeight),
            values(nets, net -> net.contractBias));
    FeedForwardPass forward = kernels.feedForward(parameters, x, groups);
    return new Output(
        forward.output(),
        dy ->
            kernels.feedForwardGradient(
                parameters, x, groups, forward, dy, g -> nets.get(g).gradients()));
  }

  private FeedForwardGradients gradients() {
    return new FeedForwardGradients(
        expandWeight.accumulator(),
        expandBias.accumulator(),
        contractWeight.accumulator(),
        contractBias.accumulator());
  }

  private static List<INDArray> values(
      List<FeedForward> nets, java.util.function.Function<FeedForward, Parameter> parameter) {
    return nets.stream().map(net -> parameter.apply(net).value()).toList();
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(expandWeight, expandBias, contractWeight, contractBias);
  }
}
