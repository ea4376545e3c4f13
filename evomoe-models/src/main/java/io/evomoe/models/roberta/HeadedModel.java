package io.evomoe.models.roberta;

import io.evomoe.evolution.EvolvingLayers;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.stack.ScopedModel;
import io.evomoe.models.stack.TextEncoder;
import io.evomoe.nn.Layer;
import io.evomoe.nn.Output;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.training.Loss;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** RoBERTa's encoder with a head that predicts classes for selected rows. */
abstract class HeadedModel<B> extends ScopedModel<B> {
  private final TextEncoder encoder;
  private final Layer head;
  private final double headParameters;

  /**
   * Creates a model.
   *
   * @param root scope of the encoder
   * @param seed seed of the training
   * @param head maps rows [n, d] to logits [n, classes]
   * @param headParameters parameters in the head's matrix products, for one row
   */
  HeadedModel(Scope root, long seed, TextEncoder encoder, Layer head, double headParameters) {
    super(root, seed);
    this.encoder = encoder;
    this.head = head;
    this.headParameters = headParameters;
  }

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

  final TextEncoder encoder() {
    return encoder;
  }

  /** Returns the logits of selected rows in evaluation mode, [rows.length, classes]. */
  final INDArray rowLogits(TokenBatch read, int[] rows, StepContext context) {
    Pass pass = new Pass(context.evaluating(), read);
    return lifetime().during(() -> head.forward(encoder.encode(pass, rows).value(), pass).value());
  }

  /**
   * Returns the mean cross-entropy of selected rows.
   *
   * @param rows of the tokens, at least one
   * @param targets class of each of these rows; negative to ignore it
   * @param counted number of targets that are not negative
   */
  final Loss loss(TokenBatch read, int[] rows, int[] targets, int counted, StepContext context) {
    return crossEntropy(
        new Pass(context, read),
        pass -> encoder.encode(pass, rows),
        head,
        targets,
        counted,
        active ->
            Loss.trainFlops(encoder.activeParameters(active), read.realTokens())
                + Loss.trainFlops(headParameters, rows.length));
  }

  @Override
  public final List<Parameter> parameters() {
    return Stream.of(encoder.parameters(), head.parameters()).flatMap(List::stream).toList();
  }

  @Override
  public final EvolvingLayers evolving() {
    return encoder.evolving();
  }

  @Override
  public final double activeParameters(double meanActiveExperts) {
    return encoder.activeParameters(meanActiveExperts) + headParameters;
  }
}
