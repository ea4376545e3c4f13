package io.evomoe.models.internal.hub;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.kernel.ActivationFunction;
import io.evomoe.models.hub.HubRequest;
import io.evomoe.models.hub.PublishedModel;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.nn.AttentionConfig;
import io.evomoe.nn.FeedForwardConfig;
import io.evomoe.nn.NormConfig;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * {@code config.json}, with the fields and defaults of Hugging Face's classes; sizes are required.
 * Our single dropout rate is that of the residual branches. Separate rates for attention and
 * embeddings are lost.
 */
public final class HubConfig {
  public static final String FILE = "config.json";

  /** Activation functions by name. */
  static final Map<String, ActivationFunction> ACTIVATIONS =
      Map.of(
          "gelu", ActivationFunction.GELU,
          "gelu_new", ActivationFunction.GELU_TANH,
          "gelu_fast", ActivationFunction.GELU_TANH,
          "gelu_pytorch_tanh", ActivationFunction.GELU_TANH,
          "relu", ActivationFunction.RELU,
          "silu", ActivationFunction.SILU,
          "swish", ActivationFunction.SILU);

  private HubConfig() {}

  public static PublishedModel read(Path folder) {
    Path file = folder.resolve(FILE);
    ConfigFields fields = new ConfigFields(file, JsonFile.read(file));
    String modelType = fields.oneOf("model_type", PublishedFamily.modelTypes());
    return PublishedFamily.named(modelType).read(fields);
  }

  /**
   * Returns the configuration of our model.
   *
   * @param ends tokens that begin and end its texts, if they are known
   */
  public static ObjectNode write(PublishedModel model, Optional<HubRequest.TextEnds> ends) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("model_type", model.modelType());
    PublishedFamily.named(model.modelType()).write(model, ends, config);
    return config;
  }

  /** Writes the two fields with the begin and end tokens. */
  public static void write(HubRequest.TextEnds ends, ObjectNode config) {
    config.put("bos_token_id", ends.beginOrEnd()).put("eos_token_id", ends.end());
  }

  /** Returns the size of blocks without experts. */
  static StackConfig stack(
      int layers,
      int width,
      int hidden,
      int heads,
      double dropout,
      ActivationFunction activation,
      double epsilon) {
    BlockConfig block = BlockConfig.of(width, heads);
    return StackConfig.of(
        layers,
        block.with(
            b ->
                b.feedForward(FeedForwardConfig.plain(width, hidden, activation))
                    .norm(new NormConfig(NormConfig.Kind.LAYER, epsilon))
                    .dropout(dropout)));
  }

  /**
   * Returns the block of a stack whose files have no fields for other forms of block.
   *
   * @throws IllegalArgumentException for blocks that differ, or are not original Transformer blocks
   */
  static BlockConfig plain(StackConfig stack) {
    BlockConfig block = stack.block();
    AttentionConfig attention = block.attention();
    FeedForwardConfig net = block.feedForward();
    int heads = attention.numAttentionHeads();
    boolean fits =
        block.hiddenSize() % heads == 0
            && attention.equals(AttentionConfig.plain(block.hiddenSize(), heads))
            && net.equals(
                FeedForwardConfig.plain(
                    block.hiddenSize(), net.intermediateSize(), net.activation()))
            && block.norm().kind() == NormConfig.Kind.LAYER;
    if (!fits) {
      throw new IllegalArgumentException(
          "only a Llama can be exported with other attention, networks or norms than those of the"
              + " original Transformer");
    }
    return block;
  }

  /** Returns a number of heads that divides the hidden size. */
  static int heads(ConfigFields fields, String field, int width) {
    int heads = fields.number(field, 1);
    if (width % heads != 0) {
      throw fields.bad(field, "a divisor of the width " + width, fields.root().path(field));
    }
    return heads;
  }

  /** Returns the name of an activation. */
  static String name(ActivationFunction activation) {
    return activation == ActivationFunction.GELU_TANH
        ? "gelu_new"
        : activation.name().toLowerCase(Locale.ROOT);
  }
}
