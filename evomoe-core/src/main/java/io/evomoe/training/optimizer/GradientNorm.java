package io.evomoe.training.optimizer;

import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Workspaces;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Computes the global norm of gradients.
 *
 * @param kernels kernels to compute with
 */
public record GradientNorm(Kernels kernels) {
  private static final String WORKSPACE = "EVOMOE_GRADIENT_NORM";

  /** Returns the Euclidean norm of the gradients of all parameters together, without scaling. */
  public double of(Collection<Parameter> parameters) {
    List<INDArray> gradients =
        parameters.stream()
            .filter(parameter -> parameter.hasGradient() && !parameter.frozen())
            .map(Parameter::gradient)
            .toList();
    try (MemoryWorkspace ignored = Workspaces.open(WORKSPACE)) {
      return Math.sqrt(kernels.sumOfSquares(gradients));
    }
  }

  /**
   * Returns the last parameter whose gradient is not finite. In the order of the model, it is the
   * first one that the backward pass reaches.
   */
  public Optional<Parameter> lastNotFinite(List<Parameter> parameters) {
    for (int i = parameters.size() - 1; i >= 0; i--) {
      if (!Double.isFinite(of(List.of(parameters.get(i))))) {
        return Optional.of(parameters.get(i));
      }
    }
    return Optional.empty();
  }
}
