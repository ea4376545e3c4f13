package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.RowGroups;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * {@code u + net(norm(u))}. The net's {@code contract.weight} is initially zero, so a new net is
 * the identity. It is the expert of BASE layers (Lewis et al., arXiv 2103.16716, section 3.3) and
 * StableMoE.
 */
public final class ResidualFeedForward implements Expert {
  private final Kernels kernels;
  private final Norm norm;
  private final FeedForward inner;

  /**
   * Creates the normalisation and the net.
   *
   * @param scope contains {@code norm.gain}, {@code norm.shift} if the norm has one, and the parts
   *     of a {@link FeedForward}
   * @param initialization its deviation applies to the first matrix; the second is zero
   */
  public ResidualFeedForward(
      Scope scope, NormConfig normConfig, FeedForwardConfig config, Initialization initialization) {
    this.kernels = scope.kernels();
    this.norm = normConfig.in(scope.child("norm"), config.hiddenSize());
    this.inner = new FeedForward(scope, config, initialization.silent());
  }

  private ResidualFeedForward(
      Scope scope, ResidualFeedForward parent, FeedForward.WeightChange change) {
    this.kernels = scope.kernels();
    this.norm = parent.norm.copy(scope.child("norm"));
    this.inner = new FeedForward(scope, parent.inner, change);
  }

  @Override
  public ResidualFeedForward child(Scope scope, FeedForward.WeightChange change) {
    return new ResidualFeedForward(scope, this, change);
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    return forwardGroups(List.of(this), x, RowGroups.shared(1, (int) x.size(0)));
  }

  @Override
  public Output forwardGroups(List<? extends Expert> experts, INDArray x, RowGroups groups) {
    List<ResidualFeedForward> nets = experts.stream().map(ResidualFeedForward.class::cast).toList();
    Map<Integer, Pullback> throughNorm = new TreeMap<>();
    INDArray rows = Nd4j.createUninitialized(x.dataType(), groups.rows(), x.size(1));
    for (int g = 0; g < groups.count(); g++) {
      if (groups.size(g) > 0) {
        Output normalized = nets.get(g).norm.forward(groups.inputsOf(x, g));
        kernels.copyInto(normalized.value(), groups.outputsOf(rows, g));
        throughNorm.put(g, normalized.pullback());
      }
    }
    Output change =
        FeedForward.forward(
            nets.stream().map(net -> net.inner).toList(), rows, RowGroups.routed(groups.offsets()));
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

  @Override
  public List<Parameter> parameters() {
    return Stream.concat(norm.parameters().stream(), inner.parameters().stream()).toList();
  }
}
