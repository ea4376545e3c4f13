package io.evomoe.models.transformer;

import io.evomoe.evolution.SpawnMethod;
import io.evomoe.gates.DenseGate;
import io.evomoe.gates.DtsGate;
import io.evomoe.gates.TopKGate;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.models.text.PairBatch;
import io.evomoe.models.transformer.Transformer.TransformerConfig;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.testing.LayerGradientCheck;
import java.util.Arrays;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;

/** Two layers a side, the second with experts, whose weights are large enough to matter. */
final class SmallTransformer {
  static final int VOCABULARY = 11;
  static final int POSITIONS = 8;
  static final int WIDTH = 6;
  static final int EXPERTS = 3;
  static final int PADDING = 1;
  static final int END = 2;
  static final GateProvider EVOMOE = new DtsGate.EvolvedProvider();
  static final GateProvider SWITCH = new TopKGate.SwitchProvider();
  static final GateProvider DENSE = new DenseGate.Provider();

  private SmallTransformer() {}

  static StackConfig stack(double dropout) {
    return stack(dropout, false);
  }

  private static StackConfig stack(double dropout, boolean recomputed) {
    return StackConfig.of(2, WIDTH, 2)
        .withIntermediateSize(8)
        .withExperts(EXPERTS)
        .withMoeEvery(2)
        .with(b -> b.dropout(dropout))
        .withActivation(ActivationFunction.GELU_TANH)
        .with(b -> b.recomputed(recomputed));
  }

  static TransformerConfig recomputed(double dropout) {
    StackConfig stack = stack(dropout, true);
    return new TransformerConfig(VOCABULARY, POSITIONS, stack, stack, 0.1);
  }

  static TransformerConfig config(double dropout, double labelSmoothing) {
    StackConfig stack = stack(dropout);
    return new TransformerConfig(VOCABULARY, POSITIONS, stack, stack, labelSmoothing);
  }

  static Transformer of(GateProvider gates, Map<String, String> options, DataType type) {
    return of(config(0, 0.1), gates, options, type);
  }

  static Transformer of(
      TransformerConfig config, GateProvider gates, Map<String, String> options, DataType type) {
    Transformer model =
        new Transformer(
            config, Gates.of(gates, options), Scope.root(3, KernelSelection.forType(type)));
    LayerGradientCheck.disturb(model.parameters(), 0.5);
    return model;
  }

  /** With experts that the gate tells apart. */
  static Transformer spawned(DataType type) {
    Transformer model = of(EVOMOE, Map.of("noise", "true"), type);
    model.spawn(SpawnMethod.mask(0.3), 5);
    model.parameters().stream()
        .filter(parameter -> parameter.name().contains("gate"))
        .forEach(parameter -> parameter.value().muli(30));
    return model;
  }

  static StepContext training(long seed) {
    return new StepContext(10, Phase.SOFT, 0.5, true, seed);
  }

  static StepContext evaluation() {
    return training(1).evaluating();
  }

  /** Sentences side by side, filled up to the longest and {@code more}. */
  static TokenBatch padded(int more, int[]... sentences) {
    int length = more + Arrays.stream(sentences).mapToInt(s -> s.length).max().orElseThrow();
    int[] ids = filled(length, PADDING, sentences);
    boolean[] padding = new boolean[ids.length];
    for (int s = 0; s < ids.length; s++) {
      padding[s] = s % length >= sentences[s / length].length;
    }
    return new TokenBatch(length, ids, padding);
  }

  /** A batch of pairs, without their end tokens, with {@code more} padding than it needs. */
  static PairBatch batch(int more, int[][] sources, int[][] targets) {
    int[][] named = Arrays.stream(targets).map(SmallTransformer::ended).toArray(int[][]::new);
    TokenBatch read =
        padded(more, Arrays.stream(targets).map(SmallTransformer::begun).toArray(int[][]::new));
    return new PairBatch(
        source(more, sources), read, filled(read.length(), LanguageBatch.IGNORED, named));
  }

  /** Sources with their end tokens. */
  static TokenBatch source(int more, int[]... sources) {
    return padded(more, Arrays.stream(sources).map(SmallTransformer::ended).toArray(int[][]::new));
  }

  /** What the decoder reads. */
  static int[] begun(int[] sentence) {
    int[] begun = new int[sentence.length + 1];
    System.arraycopy(sentence, 0, begun, 1, sentence.length);
    begun[0] = END;
    return begun;
  }

  static int[] ended(int[] sentence) {
    int[] ended = Arrays.copyOf(sentence, sentence.length + 1);
    ended[sentence.length] = END;
    return ended;
  }

  private static int[] filled(int length, int filling, int[]... sentences) {
    int[] ids = new int[sentences.length * length];
    Arrays.fill(ids, filling);
    for (int i = 0; i < sentences.length; i++) {
      System.arraycopy(sentences[i], 0, ids, i * length, sentences[i].length);
    }
    return ids;
  }
}
