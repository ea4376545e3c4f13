package io.evomoe.models.reference;

import io.evomoe.gates.DenseGate;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.text.ChatBatches;
import io.evomoe.models.text.ChatTokens;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.models.text.TokenStream;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import io.evomoe.training.Loss;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A whole GPT against PyTorch: logits, loss and the gradient of every parameter. */
class GptReferenceTest {
  private static final int VOCABULARY = 17;
  private static final int LENGTH = 6;
  private static final int SEQUENCES = 2;

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_agree_on_logits_loss_and_all_gradients(DataType type) {
    Reference reference = new Reference("gpt", type);
    Gpt model = model(reference);
    int[] ids = reference.integers("ids");
    LanguageBatch batch =
        new LanguageBatch(TokenBatch.of(LENGTH, ids), reference.integers("targets"));
    Loss loss = model.loss(batch, Reference.training());
    loss.backward().run();

    reference.check("loss", loss.value());
    reference.checkGradients(model.parameters());
    reference.check("logits", logits(model, ids, type));
  }

  private static Gpt model(Reference reference) {
    LanguageModelConfig config =
        new LanguageModelConfig(
            VOCABULARY, 8, StackConfig.of(2, 12, 3).withIntermediateSize(24).withMoeEvery(3));
    Gpt model =
        new Gpt(config, Gates.of(new DenseGate.Provider()), Scope.root(1, reference.kernels()));
    reference.load(model.parameters());
    return model;
  }

  /** Each window is a micro-batch of the step. */
  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT"})
  void should_agree_on_the_loss_of_answers_over_micro_batches(DataType type) {
    Reference reference = new Reference("gpt_chat", type);
    Gpt model = model(reference);
    ChatTokens chats =
        new ChatTokens(
            new TokenStream("ids", reference.integers("ids")),
            new TokenStream("marks", reference.integers("marks")));
    int micro = reference.integers("windows")[0];
    ChatBatches batches = new ChatBatches(chats, 8, 1, 7, micro);
    double sum = 0;
    for (int i = 0; i < micro; i++) {
      Loss loss = model.loss(batches.batch(i), Reference.training());
      sum += loss.value();
      loss.backward().run();
    }
    model.parameters().forEach(parameter -> parameter.gradient().divi(micro));

    reference.check("loss", sum / micro);
    reference.checkGradients(model.parameters());
  }

  /** Logits at every place, each from the sequences cut there. */
  private static INDArray logits(Gpt model, int[] ids, DataType type) {
    INDArray all = Nd4j.zeros(type, (long) SEQUENCES * LENGTH, VOCABULARY);
    for (int length = 1; length <= LENGTH; length++) {
      for (int sequence = 0; sequence < SEQUENCES; sequence++) {
        int first = sequence * LENGTH;
        int[] read = Arrays.copyOfRange(ids, first, first + length);
        INDArray row = model.nextTokenLogits(TokenBatch.of(length, read), Reference.training());
        all.putRow(first + length - 1, row.getRow(0));
      }
    }
    return all;
  }
}
