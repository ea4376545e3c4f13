package io.evomoe.models.gguf;

import io.evomoe.models.internal.hub.WeightRule;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Llama.cpp's names of our parameters, which are the same in all of its architectures. */
final class GgufNames {
  /** The token table. */
  static final String TOKENS = "token_embd.weight";

  /** The output head. */
  static final String HEAD = "output.weight";

  private static final String EXPAND = "feedForward.expand";
  private static final String QUERY_KEY_VALUE = "attention.qkv";

  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("tokens", "token_embd"),
          Map.entry("positions", "position_embd"),
          Map.entry("finalNorm", "output_norm"),
          Map.entry("head", "output"),
          Map.entry("attentionNorm", "attn_norm"),
          Map.entry(QUERY_KEY_VALUE, "attn_qkv"),
          Map.entry("attention.queryNorm", "attn_q_norm"),
          Map.entry("attention.keyNorm", "attn_k_norm"),
          Map.entry("attention.projection", "attn_output"),
          Map.entry("feedForwardNorm", "ffn_norm"),
          Map.entry("feedForward.gate", "ffn_gate_inp"),
          Map.entry("feedForward.sharedGate", "ffn_gate_inp_shexp"),
          Map.entry(EXPAND, "ffn_gate"),
          Map.entry("feedForward.up", "ffn_up"),
          Map.entry("feedForward.contract", "ffn_down"));

  private static final List<String> SEPARATE = List.of("attn_q", "attn_k", "attn_v");
  private static final Pattern PARAMETER =
      Pattern.compile("(?:blocks\\.(?<block>\\d+)\\.)?(?<module>.+)\\.(?<part>\\w+)");
  private static final Pattern NET = Pattern.compile("(?<=\\.)(?<kind>experts|shared)\\.\\d+\\.");

  private GgufNames() {}

  /**
   * Returns the name of a published tensor. All experts of a block have the same.
   *
   * @param rule of a parameter
   * @param column index of the tensor among those of the parameter
   * @param gated whether feed-forward networks have a gate projection
   */
  static String of(WeightRule rule, int column, boolean gated) {
    Matcher parameter = PARAMETER.matcher(rule.ours());
    if (!parameter.matches()) {
      throw new IllegalArgumentException("llama.cpp has no tensor for " + rule.ours());
    }
    String block = parameter.group("block");
    boolean isBias = List.of("bias", "shift").contains(parameter.group("part"));
    return (block == null ? "" : "blk." + block + ".")
        + module(parameter.group("module"), rule.published().size() > 1, column, gated)
        + (isBias ? ".bias" : ".weight");
  }

  /** Whether the experts' tensors of this name are stacked along a first dimension of their own. */
  static boolean isStacked(String name) {
    return name.contains("_exps.");
  }

  private static String module(String ours, boolean separate, int column, boolean gated) {
    Matcher net = NET.matcher(ours);
    if (net.find()) {
      String suffix = net.group("kind").equals("experts") ? "_exps" : "_shexp";
      return module(net.replaceFirst(""), separate, column, gated) + suffix;
    }
    if (ours.equals(QUERY_KEY_VALUE) && separate) {
      return SEPARATE.get(column);
    }
    if (ours.equals(EXPAND) && !gated) {
      return "ffn_up";
    }
    return Objects.requireNonNull(NAMES.get(ours), ours);
  }
}
