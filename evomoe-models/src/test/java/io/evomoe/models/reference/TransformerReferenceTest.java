package io.evomoe.models.reference;

import io.evomoe.gates.DenseGate;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.text.PairBatch;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.models.transformer.Transformer.TransformerConfig;
import io.evomoe.moe.Gates;
import io.evomoe.nn.CrossAttention.Memory;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.training.Loss;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A whole training step of a Transformer against PyTorch's: {@code transformer_vectors.py}. */
class TransformerReferenceTest {
  private static final int VOCABULARY = 17;
  private static final int SENTENCES = 3;
  private static final StackConfig STACK =
      StackConfig.of(2, 12, 3)
          .withIntermediateSize(24)
          .withMoeEvery(3)
          .withActivation(ActivationFunction.RELU);
  private static final TransformerConfig CONFIG =
      new TransformerConfig(VOCABULARY, 8, STACK, STACK, 0.1);

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_agree_on_logits_loss_and_all_gradients(DataType type) {
    Reference reference = new Reference("transformer", type);
    Transformer model =
        new Transformer(
            CONFIG, Gates.of(new DenseGate.Provider()), Scope.root(1, reference.kernels()));
    reference.load(model.parameters());
    TokenBatch source = padded(reference.integers("source"));
    TokenBatch target = padded(reference.integers("read"));
    Loss loss =
        model.loss(
            new PairBatch(source, target, reference.integers("targets")), Reference.training());
    loss.backward().run();

    reference.check("loss", loss.value());
    reference.checkGradients(model.parameters());
    reference.check("logits", logits(model, source, target));
  }

  /** Sentences filled up with token 1. */
  private static TokenBatch padded(int[] ids) {
    boolean[] padding = new boolean[ids.length];
    for (int s = 0; s < ids.length; s++) {
      padding[s] = ids[s] == 1;
    }
    return new TokenBatch(ids.length / SENTENCES, ids, padding);
  }

  /** Logits at every real place, each from the sentences cut there. */
  private static INDArray logits(Transformer model, TokenBatch source, TokenBatch target) {
    StepContext evaluation = Reference.training().evaluating();
    Memory memory = model.encode(source, evaluation);
    List<INDArray> rows = new ArrayList<>();
    for (int sentence = 0; sentence < SENTENCES; sentence++) {
      int first = sentence * target.length();
      for (int s = first; s < first + target.length() && !target.isPadding(s); s++) {
        int length = s - first + 1;
        int[] read = new int[SENTENCES * length];
        for (int i = 0; i < SENTENCES; i++) {
          System.arraycopy(target.ids(), i * target.length(), read, i * length, length);
        }
        TokenBatch cut = TokenBatch.of(length, read);
        rows.add(model.nextTokenLogits(cut, memory, null, evaluation).getRow(sentence));
      }
    }
    return Nd4j.vstack(rows);
  }
}
