package io.evomoe.nn;

import io.evomoe.nn.Output.Pullback;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Layers one after another. */
public final class Sequential implements Layer {
  private final List<Layer> layers;

  /** Chains at least one layer. */
  public Sequential(List<? extends Layer> layers) {
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("layers must be at least 1, was 0");
    }
    this.layers = List.copyOf(layers);
  }

  /** Chains at least one layer. */
  public static Sequential of(Layer... layers) {
    return new Sequential(List.of(layers));
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    List<Pullback> pullbacks = new ArrayList<>();
    List<RoutingReport> reports = new ArrayList<>();
    INDArray value = x;
    for (Layer layer : layers) {
      Output output = layer.forward(value, pass);
      value = output.value();
      pullbacks.add(output.pullback());
      reports.addAll(output.reports());
    }
    return new Output(value, dy -> backward(pullbacks, dy), reports);
  }

  private static INDArray backward(List<Pullback> pullbacks, INDArray dy) {
    INDArray gradient = dy;
    for (int i = pullbacks.size() - 1; i >= 0; i--) {
      gradient = pullbacks.get(i).pull(gradient);
    }
    return gradient;
  }

  @Override
  public List<Parameter> parameters() {
    return layers.stream().flatMap(layer -> layer.parameters().stream()).toList();
  }
}
