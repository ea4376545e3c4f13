package io.evomoe.models.hub;

import io.evomoe.models.stack.StackSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The names that a family publishes its weights under.
 *
 * @param rules one for each of our parameters
 * @param ties tensors that repeat another one, by name
 * @param unused names of tensors that no output of ours depends on: they are kept for the way back
 */
record WeightNames(List<WeightRule> rules, Map<String, String> ties, Pattern unused) {

  /**
   * GPT-2's. Its linear maps are {@code Conv1D}: [in, out], as ours are.
   *
   * @param prefix {@code transformer.}, or nothing as in the files of OpenAI
   */
  static WeightNames gpt2(PublishedModel model, String prefix) {
    StackSize stack = model.stack();
    int width = stack.width();
    List<WeightRule> rules = new ArrayList<>();
    rules.add(
        WeightRule.same(
            "tokens.weight", prefix + "wte.weight", model.embedding().vocabulary(), width));
    rules.add(
        WeightRule.same(
            "positions.weight", prefix + "wpe.weight", model.embedding().positions(), width));
    for (int i = 0; i < stack.layers(); i++) {
      String ours = "blocks." + i + ".";
      String theirs = prefix + "h." + i + ".";
      rules.addAll(norm(ours + "attentionNorm", theirs + "ln_1", width));
      rules.addAll(conv1d(ours + "attention.qkv", theirs + "attn.c_attn", width, 3 * width));
      rules.addAll(conv1d(ours + "attention.projection", theirs + "attn.c_proj", width, width));
      rules.addAll(norm(ours + "feedForwardNorm", theirs + "ln_2", width));
      rules.addAll(conv1d(ours + "feedForward.expand", theirs + "mlp.c_fc", width, stack.hidden()));
      rules.addAll(
          conv1d(ours + "feedForward.contract", theirs + "mlp.c_proj", stack.hidden(), width));
    }
    rules.addAll(norm("finalNorm", prefix + "ln_f", width));
    return new WeightNames(
        List.copyOf(rules),
        Map.of("lm_head.weight", prefix + "wte.weight"),
        Pattern.compile(Pattern.quote(prefix) + "h\\.\\d+\\.attn\\.(bias|masked_bias)"));
  }

  /** RoBERTa's. Its linear maps are PyTorch's: [out, in]. */
  static WeightNames roberta(PublishedModel model) {
    StackSize stack = model.stack();
    int width = stack.width();
    List<WeightRule> rules = new ArrayList<>(robertaEmbeddings(model));
    for (int i = 0; i < stack.layers(); i++) {
      String ours = "blocks." + i + ".";
      String theirs = "roberta.encoder.layer." + i + ".";
      rules.addAll(robertaAttention(ours, theirs + "attention.", width));
      rules.addAll(
          linear(
              ours + "feedForward.expand", theirs + "intermediate.dense", width, stack.hidden()));
      rules.addAll(
          linear(ours + "feedForward.contract", theirs + "output.dense", stack.hidden(), width));
      rules.addAll(norm(ours + "feedForwardNorm", theirs + "output.LayerNorm", width));
    }
    rules.addAll(linear("head.dense", "lm_head.dense", width, width));
    rules.addAll(norm("head.norm", "lm_head.layer_norm", width));
    rules.add(WeightRule.same("head.bias", "lm_head.bias", model.embedding().vocabulary()));
    return new WeightNames(
        List.copyOf(rules),
        Map.of(
            "lm_head.decoder.weight",
            "roberta.embeddings.word_embeddings.weight",
            "lm_head.decoder.bias",
            "lm_head.bias"),
        Pattern.compile(
            "roberta\\.(embeddings\\.(position_ids|token_type_ids)|pooler\\.dense\\.(weight|bias))"));
  }

  private static List<WeightRule> robertaEmbeddings(PublishedModel model) {
    int width = model.stack().width();
    int places = model.embedding().positions() + model.embedding().positionOffset();
    String theirs = "roberta.embeddings.";
    return Stream.concat(
            Stream.of(
                WeightRule.same(
                    "tokens.weight",
                    theirs + "word_embeddings.weight",
                    model.embedding().vocabulary(),
                    width),
                WeightRule.same(
                    "positions.weight", theirs + "position_embeddings.weight", places, width),
                WeightRule.same(
                    "tokenTypes.weight",
                    theirs + "token_type_embeddings.weight",
                    model.embedding().tokenTypes(),
                    width)),
            norm("embeddingNorm", theirs + "LayerNorm", width).stream())
        .toList();
  }

  private static List<WeightRule> robertaAttention(String ours, String theirs, int width) {
    List<WeightRule> rules = new ArrayList<>();
    rules.add(qkv(ours, theirs, ".weight", true, List.of(width, width)));
    rules.add(qkv(ours, theirs, ".bias", false, List.of(width)));
    rules.addAll(linear(ours + "attention.projection", theirs + "output.dense", width, width));
    rules.addAll(norm(ours + "attentionNorm", theirs + "output.LayerNorm", width));
    return rules;
  }

  private static WeightRule qkv(
      String ours, String theirs, String part, boolean transposed, List<Integer> shape) {
    List<String> names =
        Stream.of("query", "key", "value").map(name -> theirs + "self." + name + part).toList();
    return new WeightRule(ours + "attention.qkv" + part, names, transposed, shape);
  }

  private static List<WeightRule> norm(String ours, String theirs, int width) {
    return List.of(
        WeightRule.same(ours + ".gain", theirs + ".weight", width),
        WeightRule.same(ours + ".shift", theirs + ".bias", width));
  }

  private static List<WeightRule> conv1d(String ours, String theirs, int in, int out) {
    return List.of(
        WeightRule.same(ours + ".weight", theirs + ".weight", in, out),
        WeightRule.same(ours + ".bias", theirs + ".bias", out));
  }

  private static List<WeightRule> linear(String ours, String theirs, int in, int out) {
    return List.of(
        new WeightRule(ours + ".weight", List.of(theirs + ".weight"), true, List.of(out, in)),
        WeightRule.same(ours + ".bias", theirs + ".bias", out));
  }
}
