package io.evomoe.models.roberta;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.models.stack.EncoderModel;
import io.evomoe.models.text.ClassBatch;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.nn.Dropout;
import io.evomoe.nn.Linear;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import io.evomoe.nn.Scope.Initialization;
import io.evomoe.nn.Sequential;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.training.Loss;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A text classifier on top of a RoBERTa. As in fairseq, its head reads the first row of each
 * sequence ({@code <s>}): dropout, dense, tanh, dropout, dense. It shares the RoBERTa's encoder:
 * fine-tuning changes both, and so does loading weights into one.
 *
 * <p>To fine-tune a saved RoBERTa, load its checkpoint into a new one of the same names and shapes
 * ({@link io.evomoe.training.checkpoint.Checkpoint#loadModel}) and create a classifier on it. The
 * masked-token head is not part of the classifier and stays unchanged.
 */
public final class RobertaClassifier extends EncoderModel<ClassBatch> {
  /** Name of the head, which begins those of its parameters. */
  public static final String HEAD = "classifier";

  private final int classes;

  /**
   * Creates a classifier whose head has initial weights from the RoBERTa's seed.
   *
   * @param pretrained provides the encoder
   * @param classes at least 2
   */
  public RobertaClassifier(Roberta pretrained, int classes) {
    this(pretrained, classes, pretrained.seed());
  }

  /**
   * Creates a classifier with another seed for its training.
   *
   * @param seed seed of the training's random numbers, except the head's initial weights
   */
  public RobertaClassifier(Roberta pretrained, int classes, long seed) {
    super(
        pretrained.root(), seed, pretrained.encoder(), encoder -> head(pretrained, classes), false);
    this.classes = classes;
  }

  private static Sequential head(Roberta pretrained, int classes) {
    FieldBound.atLeast("classes", classes, 2);
    Scope scope = pretrained.root().child(HEAD);
    int width = pretrained.config().stack().hiddenSize();
    double dropout = pretrained.config().stack().dropout();
    double deviation = Initialization.gpt2(1, width).deviation();
    return Sequential.of(
        new Dropout(scope.child("first"), dropout),
        new Linear(scope.child("dense"), width, width, deviation),
        new MaskedTokenHead.Nonlinearity(scope.kernels(), ActivationFunction.TANH),
        new Dropout(scope.child("second"), dropout),
        new Linear(scope.child("output"), width, classes, deviation));
  }

  /**
   * Returns the mean loss of predicting the class of each sequence.
   *
   * @param batch with labels below {@link #classes()}
   */
  @Override
  public Loss loss(ClassBatch batch, StepContext context) {
    int[] labels = batch.labels();
    for (int label : labels) {
      if (label >= classes) {
        throw new IllegalArgumentException(
            "label must be below %d (classes), was %d".formatted(classes, label));
      }
    }
    int[] rows = firstRows(batch.tokens());
    return crossEntropy(batch.tokens(), rows, labels, labels.length, context);
  }

  /** Returns the logits of each sequence's class in evaluation mode, [sequences, classes]. */
  public INDArray logits(TokenBatch read, StepContext context) {
    return logits(new Pass(context.evaluating(), read), firstRows(read));
  }

  /** Returns the class of each sequence with the highest logit; the lowest if several are equal. */
  public int[] classify(TokenBatch read, StepContext context) {
    return TokenMatrix.of(kernels(), logits(read, context)).argMax();
  }

  private static int[] firstRows(TokenBatch read) {
    return IntStream.range(0, read.sequences()).map(i -> i * read.length()).toArray();
  }

  /** Returns the number of classes. */
  public int classes() {
    return classes;
  }
}
