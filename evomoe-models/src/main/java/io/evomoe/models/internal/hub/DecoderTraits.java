package io.evomoe.models.internal.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.nn.AttentionConfig.QueryKeyNorm;
import io.evomoe.nn.AttentionConfig.Rotary;
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

  private static final String NET_BIAS = "mlp_bias";

  /** The layers with biases. */
  enum Bias {
    /** None. */
    NONE(null, false, false, false),
    /** All four attention projections, and the feed-forward projections, as two flags say. */
    BY_FLAGS("attention_bias", false, true, true),
    /** All four attention projections, as a flag says. */
    BY_ATTENTION_FLAG("attention_bias", false, true, false),
    /** Query, key and value projections, unless a flag says otherwise. */
    QUERY_KEY_VALUE("qkv_bias", true, false, false);

    private final @Nullable String flag;
    private final boolean byDefault;
    private final boolean ofProjection;
    private final boolean byNetFlag;

    Bias(@Nullable String flag, boolean byDefault, boolean ofProjection, boolean byNetFlag) {
      this.flag = flag;
      this.byDefault = byDefault;
      this.ofProjection = ofProjection;
      this.byNetFlag = byNetFlag;
    }
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
    return bias.flag != null && fields.flag(bias.flag, bias.byDefault);
  }

  boolean projectionBias(ConfigFields fields) {
    return bias.ofProjection && attentionBias(fields);
  }

  boolean feedForwardBias(ConfigFields fields) {
    return bias.byNetFlag && fields.flag(NET_BIAS, false);
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
    if (!bias.byNetFlag) {
      fields.require(NET_BIAS, false);
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
    if (bias.flag != null) {
      config.put(bias.flag, block.attention().biased());
    }
    if (bias.byNetFlag) {
      config.put(NET_BIAS, block.feedForward().biased());
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
      return Optional.of(
          "has a queryKeyNorm of %s, this run %s"
              .formatted(
                  queryKeyNorm == null ? "NONE" : queryKeyNorm, span == null ? "NONE" : span));
    }
    if (!writesHeadWidth && block.attention().queryWidth() != block.hiddenSize()) {
      return Optional.of("has heads that share the width, this run has heads of their own width");
    }
    boolean attention = block.attention().biased();
    boolean fits =
        (bias.flag != null || !attention)
            && block.attention().projectionBiased() == (bias.ofProjection && attention)
            && (bias.byNetFlag || !block.feedForward().biased());
    return fits ? Optional.empty() : Optional.of("has its biases elsewhere than this run");
  }
}
