package io.evomoe.run.config;

import io.evomoe.kernel.ActivationFunction;
import io.evomoe.models.stack.StackSize;
import java.util.function.Consumer;

/**
 * The size of a model, as a configuration file has it.
 *
 * <p>Numbers are at most 1,000,000, experts at most 65,536, the vocabulary at most 10,000,000.
 *
 * @param layers blocks, at least 1; task mt has as many in the encoder and in the decoder
 * @param width d, at least 1
 * @param hidden width inside a feed-forward net or expert, at least 1
 * @param heads attention heads; divides the width
 * @param experts experts in an MoE block, at least 1
 * @param moeEvery every how many blocks one has experts, at least 1
 * @param vocabulary size of the vocabulary that the tokenizer is trained to, at least 1
 * @param sequence tokens per sequence, at least 1; of task mt the longest sentence
 * @param dropout rate, in [0, 1)
 * @param sharedExperts nets of an MoE block that every token uses, at least 0; 0 where a file
 *     leaves it out
 */
public record ModelConfig(
    int layers,
    int width,
    int hidden,
    int heads,
    int experts,
    int moeEvery,
    int vocabulary,
    int sequence,
    double dropout,
    int sharedExperts) {

  /** Far above what anybody trains: what is larger is a slip of the keyboard. */
  private static final int LARGEST = 1_000_000;

  private static final int MOST_EXPERTS = 65_536;
  private static final int LARGEST_VOCABULARY = 10_000_000;

  /** Refuses sizes out of their bounds. */
  public ModelConfig {
    requireAtMost("layers", layers, LARGEST);
    requireAtMost("width", width, LARGEST);
    requireAtMost("hidden", hidden, LARGEST);
    requireAtMost("experts", experts, MOST_EXPERTS);
    requireAtMost("sharedExperts", sharedExperts, MOST_EXPERTS);
    requireAtMost("vocabulary", vocabulary, LARGEST_VOCABULARY);
    requireAtMost("sequence", sequence, LARGEST);
    StackSize.of(layers, width, heads)
        .with(s -> s.hidden(hidden).experts(experts).moeEvery(moeEvery))
        .with(s -> s.sharedExperts(sharedExperts).dropout(dropout));
    requirePositive("vocabulary", vocabulary);
    requirePositive("sequence", sequence);
  }

  /** A stack of this size. */
  StackSize stack(ActivationFunction activation) {
    return StackSize.of(layers, width, heads)
        .with(s -> s.hidden(hidden).experts(experts).moeEvery(moeEvery))
        .with(s -> s.sharedExperts(sharedExperts).dropout(dropout).activation(activation));
  }

  /** Blocks of a stack that have experts. */
  public int moeLayers() {
    return stack(ActivationFunction.GELU).moeLayers();
  }

  private static void requireAtMost(String field, int value, int maximum) {
    if (value > maximum) {
      throw new IllegalArgumentException(field + " must be at most " + maximum + ", was " + value);
    }
  }

  private static void requirePositive(String field, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(field + " must be at least 1, was " + value);
    }
  }

  /** The same with other values of some fields. */
  public ModelConfig with(Consumer<Builder> changes) {
    Builder builder = new Builder(this);
    changes.accept(builder);
    return builder.build();
  }

  /** Changes single fields; each means what the component of its name means. */
  public static final class Builder {
    private int layers;
    private int width;
    private int hidden;
    private int heads;
    private int experts;
    private int moeEvery;
    private int vocabulary;
    private int sequence;
    private double dropout;
    private int sharedExperts;

    private Builder(ModelConfig from) {
      layers = from.layers;
      width = from.width;
      hidden = from.hidden;
      heads = from.heads;
      experts = from.experts;
      moeEvery = from.moeEvery;
      vocabulary = from.vocabulary;
      sequence = from.sequence;
      dropout = from.dropout;
      sharedExperts = from.sharedExperts;
    }

    /** Sets {@link ModelConfig#layers}. */
    public Builder layers(int value) {
      layers = value;
      return this;
    }

    /** Sets {@link ModelConfig#width}. */
    public Builder width(int value) {
      width = value;
      return this;
    }

    /** Sets {@link ModelConfig#hidden}. */
    public Builder hidden(int value) {
      hidden = value;
      return this;
    }

    /** Sets {@link ModelConfig#heads}. */
    public Builder heads(int value) {
      heads = value;
      return this;
    }

    /** Sets {@link ModelConfig#experts}. */
    public Builder experts(int value) {
      experts = value;
      return this;
    }

    /** Sets {@link ModelConfig#moeEvery}. */
    public Builder moeEvery(int value) {
      moeEvery = value;
      return this;
    }

    /** Sets {@link ModelConfig#vocabulary}. */
    public Builder vocabulary(int value) {
      vocabulary = value;
      return this;
    }

    /** Sets {@link ModelConfig#sequence}. */
    public Builder sequence(int value) {
      sequence = value;
      return this;
    }

    /** Sets {@link ModelConfig#dropout}. */
    public Builder dropout(double value) {
      dropout = value;
      return this;
    }

    /** Sets {@link ModelConfig#sharedExperts}. */
    public Builder sharedExperts(int value) {
      sharedExperts = value;
      return this;
    }

    private ModelConfig build() {
      return new ModelConfig(
          layers,
          width,
          hidden,
          heads,
          experts,
          moeEvery,
          vocabulary,
          sequence,
          dropout,
          sharedExperts);
    }
  }
}
