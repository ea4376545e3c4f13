package io.evomoe.models.roberta;

import io.evomoe.gates.DenseGate;
import io.evomoe.gates.DtsGate;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.Gates;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import io.evomoe.step.StepContext;
import io.evomoe.step.StepContext.Phase;
import io.evomoe.testing.LayerGradientCheck;
import java.util.Arrays;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;

/** A RoBERTa of two layers, the second with experts, whose weights are large enough to matter. */
final class SmallRoberta {
  static final int VOCABULARY = 11;
  static final int POSITIONS = 6;
  static final int WIDTH = 6;
  static final int EXPERTS = 3;
  static final int PAD = 1;
  static final GateProvider EVOMOE = new DtsGate.EvolvedProvider();
  static final GateProvider DENSE = new DenseGate.Provider();

  /** Two sentences, of five and of three tokens. */
  static final TokenBatch SENTENCES = padded(5, new int[] {0, 4, 9, 10, 2}, new int[] {0, 7, 2});

  private SmallRoberta() {}

  static LanguageModelConfig config(double dropout) {
    StackConfig stack =
        StackConfig.of(2, WIDTH, 2)
            .withIntermediateSize(8)
            .withExperts(EXPERTS)
            .withMoeEvery(2)
            .with(b -> b.dropout(dropout));
    return new LanguageModelConfig(VOCABULARY, POSITIONS, stack);
  }

  static Roberta of(GateProvider gates) {
    return of(0, gates, Map.of());
  }

  static Roberta of(double dropout, GateProvider gates, Map<String, String> options) {
    Roberta model =
        new Roberta(
            config(dropout),
            new Gates(gates, options, TrainingFacts.ofSteps(20)),
            Scope.root(3, KernelSelection.forType(DataType.DOUBLE)));
    LayerGradientCheck.disturb(model.parameters(), 0.5);
    return model;
  }

  static StepContext training(long seed) {
    return new StepContext(10, Phase.SOFT, 0.5, true, seed);
  }

  static StepContext evaluation() {
    return training(1).evaluating();
  }

  /** Sentences of at most {@code length} tokens, padded to it. */
  static TokenBatch padded(int length, int[]... sentences) {
    int[] ids = new int[length * sentences.length];
    boolean[] padding = new boolean[ids.length];
    Arrays.fill(ids, PAD);
    Arrays.fill(padding, true);
    for (int i = 0; i < sentences.length; i++) {
      System.arraycopy(sentences[i], 0, ids, i * length, sentences[i].length);
      Arrays.fill(padding, i * length, i * length + sentences[i].length, false);
    }
    return new TokenBatch(length, ids, padding);
  }

  /** The sentences, with three tokens to name. */
  static LanguageBatch batch() {
    return new LanguageBatch(SENTENCES, new int[] {-1, 5, -1, 3, -1, -1, 8, -1, -1, -1});
  }
}
