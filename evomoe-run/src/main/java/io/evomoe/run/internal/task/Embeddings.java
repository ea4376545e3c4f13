package io.evomoe.run.internal.task;

import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.internal.text.EncodedTexts;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.nn.TokenBatch;
import io.evomoe.nn.internal.Workspaces;
import io.evomoe.step.StepContext;
import io.evomoe.training.Model;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Vectors of texts: the mean of the last hidden states. Each text is read alone. */
public final class Embeddings {
  private Embeddings() {}

  /** Returns the vectors of a causal model; an empty text is the end of a document. */
  public static List<float[]> of(
      CausalLanguageModel model,
      StepContext context,
      Tokenizer tokenizer,
      List<String> texts,
      boolean normalized) {
    return texts.stream()
        .map(text -> text.isEmpty() ? new int[] {tokenizer.endOfText()} : tokenizer.encode(text))
        .map(ids -> Arrays.copyOf(ids, Math.min(ids.length, model.config().positions())))
        .map(ids -> vector(model, ids, read -> model.hiddenStates(read, context), normalized))
        .toList();
  }

  /** Returns the vectors of a RoBERTa; the begin and end tokens are part of a text. */
  public static List<float[]> of(
      Roberta model,
      StepContext context,
      Tokenizer tokenizer,
      List<String> texts,
      boolean normalized) {
    EncodedTexts encoded = EncodedTexts.enclosed(texts, tokenizer, model.config().positions());
    return IntStream.range(0, texts.size())
        .mapToObj(encoded::ids)
        .map(ids -> vector(model, ids, read -> model.hiddenStates(read, context), normalized))
        .toList();
  }

  private static float[] vector(
      Model<?> model, int[] ids, Function<TokenBatch, INDArray> states, boolean normalized) {
    double[] values;
    try (MemoryWorkspace ignored = Workspaces.open("EVOMOE_EMBEDDING")) {
      values = model.kernels().read(states.apply(TokenBatch.of(ids.length, ids)));
    }
    int width = values.length / ids.length;
    double[] mean = new double[width];
    for (int i = 0; i < values.length; i++) {
      mean[i % width] += values[i] / ids.length;
    }
    double norm = normalized ? Math.sqrt(Arrays.stream(mean).map(v -> v * v).sum()) : 1;
    float[] vector = new float[width];
    for (int j = 0; j < width; j++) {
      vector[j] = (float) (mean[j] / (norm == 0 ? 1 : norm));
    }
    return vector;
  }
}
