package io.evomoe.models.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.nn.QueryKeyNorm;
import io.evomoe.nn.Rotary;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The differences of a decoder family's blocks, with the defaults of its configuration class in
 * Hugging Face's library.
 *
 * @param architecture name of its model class
 * @param queryKeyNorm normalization of queries and keys; null for none
 * @param bias layers with biases
 * @param headWidthByDefault head size if {@code head_dim} is missing; empty for the hidden size
 *     divided by the heads
 * @param writesHeadWidth whether the head size may differ from that
 * @param epsilon of its norms if {@code rms_norm_eps} is missing
 * @param theta of its rotary positions if {@code rope_theta} is missing
 * @param window how its configuration disables a sliding window
 */
@RecordBuilder
record DecoderTraits(
    String architecture,
    QueryKeyNorm.@Nullable Span queryKeyNorm,
    Bias bias,
    OptionalInt headWidthByDefault,
    boolean writesHeadWidth,
    double epsilon,
    double theta,
    Window window)
    implements DecoderTraitsBuilder.With {

  /** {@code sliding_window} of {@code MistralConfig}, and of Qwen's classes. */
  private static final int WINDOW_BY_DEFAULT = 4096;

  /** The layers with biases. */
  enum Bias {
    /** None. */
    NONE,
    /** All four attention projections, and the feed-forward projections, as two flags say. */
    BY_FLAGS,
    /** All four attention projections, as a flag says. */
    BY_ATTENTION_FLAG,
    /** Query, key and value projections, always. */
    QUERY_KEY_VALUE
  }

  /** How a configuration disables a sliding window. */
  enum Window {
    /** The family has no sliding window. */
    NONE,
    /** {@code sliding_window} is null or missing. */
    BY_SIZE,
    /** {@code sliding_window} is null; if it is missing, it is {@link #WINDOW_BY_DEFAULT}. */
    BY_NULL,
    /** {@code use_sliding_window} is false; else as {@link #BY_NULL}. */
    BY_FLAG
  }

  /** Returns the traits of a Llama whose biases and window differ. */
  static DecoderTraits of(String architecture, Bias bias, Window window) {
    return new DecoderTraits(
        architecture, null, bias, OptionalInt.empty(), true, 1e-6, Rotary.DEFAULT_THETA, window);
  }

  boolean attentionBias(ConfigFields fields) {
    return switch (bias) {
      case NONE -> false;
      case BY_FLAGS, BY_ATTENTION_FLAG -> fields.flag("attention_bias", false);
      case QUERY_KEY_VALUE -> fields.flag("qkv_bias", true);
    };
  }

  boolean projectionBias(ConfigFields fields) {
    return bias != Bias.QUERY_KEY_VALUE && attentionBias(fields);
  }

  boolean feedForwardBias(ConfigFields fields) {
    return bias == Bias.BY_FLAGS && fields.flag("mlp_bias", false);
  }

  /** Rejects, by name, features of the family that are not supported. */
  void refuseOthers(ConfigFields fields) {
    if (window != Window.BY_FLAG
        || fields.flag("use_sliding_window", !fields.root().has("use_sliding_window"))) {
      refuseWindow(fields);
    }
    fields.require("clip_qkv", "null");
    fields.require("pretraining_tp", 1);
    fields.require("attn_logit_softcapping", "null");
    fields.require("final_logit_softcapping", "null");
    fields.require("partial_rotary_factor", 1.0);
    if (bias == Bias.NONE) {
      fields.require("attention_bias", false);
    }
    if (bias != Bias.BY_FLAGS) {
      fields.require("mlp_bias", false);
    }
  }

  /** A window that covers all positions has no effect. */
  private void refuseWindow(ConfigFields fields) {
    JsonNode size = fields.root().path("sliding_window");
    int positions = fields.number("max_position_embeddings", 1);
    boolean used = window == Window.BY_NULL || fields.flag("use_sliding_window", false);
    boolean byDefault = size.isMissingNode() && used && window != Window.NONE;
    boolean none = size.isMissingNode() || size.isNull();
    boolean whole = size.canConvertToInt() && size.intValue() >= positions;
    boolean holds = byDefault ? WINDOW_BY_DEFAULT >= positions : none || whole;
    if (!holds) {
      String otherwise = byDefault ? " (left out it is " + WINDOW_BY_DEFAULT + ")" : "";
      throw fields.bad(
          "sliding_window", "null, or all " + positions + " positions" + otherwise, size);
    }
  }

  void write(BlockConfig block, ObjectNode config) {
    switch (bias) {
      case NONE -> {}
      case BY_FLAGS ->
          config
              .put("attention_bias", block.attention().biased())
              .put("mlp_bias", block.feedForward().biased());
      case BY_ATTENTION_FLAG -> config.put("attention_bias", block.attention().biased());
      case QUERY_KEY_VALUE -> config.put("qkv_bias", block.attention().biased());
    }
    switch (window) {
      case NONE -> {}
      case BY_SIZE, BY_NULL -> config.putNull("sliding_window");
      case BY_FLAG -> config.put("use_sliding_window", false);
    }
  }

  /** Returns the reason why blocks do not fit the family; empty if they fit. */
  Optional<String> refusal(BlockConfig block) {
    QueryKeyNorm norm = block.attention().norm();
    QueryKeyNorm.Span span = norm == null ? null : norm.span();
    if (span != queryKeyNorm) {
      return Optional.of("%s, this run %s".formatted(normalises(queryKeyNorm), normalises(span)));
    }
    if (!writesHeadWidth && block.attention().queryWidth() != block.hiddenSize()) {
      return Optional.of("has heads that share the width, this run has heads of their own width");
    }
    boolean attention = block.attention().biased();
    boolean projection = block.attention().projectionBiased();
    boolean nets = block.feedForward().biased();
    boolean fits =
        switch (bias) {
          case NONE -> !attention && !projection && !nets;
          case BY_FLAGS -> attention == projection;
          case BY_ATTENTION_FLAG -> attention == projection && !nets;
          case QUERY_KEY_VALUE -> !projection && !nets;
        };
    return fits ? Optional.empty() : Optional.of("has its biases elsewhere than this run");
  }

  private static String normalises(QueryKeyNorm.@Nullable Span span) {
    if (span == null) {
      return "does not normalise queries and keys";
    }
    return switch (span) {
      case HEAD -> "normalises queries and keys of each head";
      case WHOLE -> "normalises queries and keys of all heads together";
    };
  }
}
