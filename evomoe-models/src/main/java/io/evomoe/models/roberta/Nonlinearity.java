package io.evomoe.models.roberta;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Layer;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An activation as a separate layer, between the linear layers of a head.
 *
 * @param kernels kernels of the computation
 * @param activation applied to every element
 */
record Nonlinearity(Kernels kernels, ActivationFunction activation) implements Layer {

  @Override
  public Output forward(INDArray x, Pass pass) {
    return new Output(
        kernels.activation(activation, x), dy -> kernels.activationGradient(activation, x, dy));
  }

  @Override
  public List<Parameter> parameters() {
    return List.of();
  }
}
