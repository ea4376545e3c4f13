package io.evomoe.models.hub;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.models.stack.MoeConfig;
import io.evomoe.models.transformer.TransformerConfig;
import java.util.Locale;

/** Sizes of an encoder-decoder in the fields of {@code SwitchTransformersConfig}. */
final class TransformerJson {
  private TransformerJson() {}

  static ObjectNode of(TransformerConfig model) {
    BlockConfig block = HubConfig.plain(model.encoder());
    MoeConfig moe = block.moe();
    HubConfig.plain(model.decoder());
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("model_type", "transformer").put("is_encoder_decoder", true);
    config.put("vocab_size", model.vocabulary()).put("n_positions", model.positions());
    config
        .put("d_model", model.width())
        .put("d_kv", model.width() / block.attention().numAttentionHeads());
    config
        .put("d_ff", block.intermediateSize())
        .put("num_heads", block.attention().numAttentionHeads());
    config.put("num_layers", model.encoder().numHiddenLayers());
    config.put("num_decoder_layers", model.decoder().numHiddenLayers());
    config.put("num_experts", moe == null ? 1 : moe.experts());
    config.put("layer_norm_epsilon", block.norm().epsilon());
    config.put("dense_act_fn", block.feedForward().activation().name().toLowerCase(Locale.ROOT));
    return config.put("tie_word_embeddings", true);
  }
}
