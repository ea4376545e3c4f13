package io.evomoe.models.roberta;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.nn.Embedding;
import io.evomoe.nn.Layer;
import io.evomoe.nn.Linear;
import io.evomoe.nn.Norm;
import io.evomoe.nn.NormConfig;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.nn.Sequential;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Predicts the tokens at given rows: {@code norm(gelu(h W + b)) E^T + c} with the token embedding's
 * table E (Devlin et al. 2018, {@code cls.predictions} of their code).
 */
final class MaskedTokenHead implements Layer {
  private final Kernels kernels;
  private final Embedding tokens;
  private final Sequential transform;
  private final Parameter bias;

  /** An activation as a separate layer, between the linear layers of a head. */
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

  /**
   * Ties the head to the token embedding, whose parameters are not the head's.
   *
   * @param scope contains {@code dense}, {@code norm} and {@code bias}
   */
  MaskedTokenHead(Scope scope, Embedding tokens, StackConfig size) {
    int width = size.hiddenSize();
    double deviation = Initialization.gpt2(size.numHiddenLayers(), width).deviation();
    this.kernels = scope.kernels();
    this.tokens = tokens;
    this.transform =
        Sequential.of(
            new Linear(scope.child("dense"), width, width, deviation),
            new Nonlinearity(kernels, ActivationFunction.GELU),
            new Norm(
                scope.child("norm"),
                width,
                new NormConfig(NormConfig.Kind.LAYER, size.norm().epsilon())));
    this.bias = scope.constant("bias", Parameter.Role.BIAS, 0, tokens.entries());
  }

  @Override
  public Output forward(INDArray x, Pass pass) {
    Output transformed = transform.forward(x, pass);
    Output logits = tokens.logits(transformed.value());
    INDArray biasRow = bias.value().reshape(1, bias.length());
    kernels.addInto(logits.value(), kernels.gatherRows(biasRow, new int[(int) x.size(0)]));
    return new Output(
        logits.value(),
        dLogits -> {
          kernels.columnSumsInto(dLogits, bias.accumulator());
          return transformed.pullback().pull(logits.pullback().pull(dLogits));
        });
  }

  @Override
  public List<Parameter> parameters() {
    return Stream.concat(transform.parameters().stream(), Stream.of(bias)).toList();
  }
}
