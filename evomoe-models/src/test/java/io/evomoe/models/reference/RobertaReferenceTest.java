package io.evomoe.models.reference;

import io.evomoe.gates.DenseGate;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.roberta.RobertaClassifier;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.text.ClassBatch;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import io.evomoe.training.Loss;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A whole RoBERTa and a classifier on a padded batch against PyTorch: logits, loss and the gradient
 * of every parameter.
 */
class RobertaReferenceTest {
  private static final int LENGTH = 6;

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_agree_on_masked_tokens(DataType type) {
    Reference reference = new Reference("roberta", type);
    Roberta model = model(2, reference);
    reference.load(model.parameters());
    TokenBatch read = read(reference);
    Loss loss =
        model.loss(new LanguageBatch(read, reference.integers("targets")), Reference.training());
    loss.backward().run();

    reference.check("loss", loss.value());
    reference.checkGradients(model.parameters());
    int[] real = IntStream.range(0, read.size()).filter(s -> !read.isPadding(s)).toArray();
    reference.check("logits", model.logits(read, real, Reference.training()));
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_agree_on_classes(DataType type) {
    Reference reference = new Reference("roberta_classifier", type);
    RobertaClassifier model = new RobertaClassifier(model(1, reference), 4);
    reference.load(model.parameters());
    TokenBatch read = read(reference);
    ClassBatch batch = new ClassBatch(read, reference.integers("labels"));
    Loss loss = model.loss(batch, Reference.training());
    loss.backward().run();

    reference.check("loss", loss.value());
    reference.checkGradients(model.parameters());
    reference.check("logits", model.logits(read, Reference.training()));
  }

  private static TokenBatch read(Reference reference) {
    int[] flags = reference.integers("padding");
    boolean[] padding = new boolean[flags.length];
    for (int s = 0; s < flags.length; s++) {
      padding[s] = flags[s] == 1;
    }
    return new TokenBatch(LENGTH, reference.integers("ids"), padding);
  }

  private static Roberta model(int layers, Reference reference) {
    StackConfig stack =
        StackConfig.of(layers, 12, 3)
            .withIntermediateSize(24)
            .withExperts(1)
            .withMoeEvery(layers + 1);
    return new Roberta(
        new LanguageModelConfig(19, 8, stack),
        Gates.of(new DenseGate.Provider()),
        Scope.root(1, reference.kernels()));
  }
}
