package io.evomoe.models.internal.hub;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.models.stack.BlockConfig;
import io.evomoe.models.stack.MoeConfig;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.models.transformer.TransformerConfig;
import io.evomoe.moe.GateProvider.Placement;
import io.evomoe.nn.Place;
import io.evomoe.nn.Place.ExpertPlace;
import io.evomoe.training.Model;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Names in Hugging Face's Switch Transformers ({@code SwitchTransformersForConditionalGeneration})
 * for experts, routers and whole encoder-decoders. Parts that this architecture lacks, such as
 * biases, get additional names, and are listed.
 */
public final class SwitchNames {
  private static final Pattern KNOWN =
      Pattern.compile(
          ".*\\.(wi|wo|q|k|v|o|layer_norm|final_layer_norm|classifier)\\.weight|shared\\.weight");

  /** The up projection of a gated network, which T5 1.1 has beside another {@code wi_0}. */
  private static final String UP = "wi_1";

  /** Linear layers of a feed-forward network. */
  private static final Map<String, String> FEED_FORWARD =
      Map.of("expand", "wi", "up", UP, "contract", "wo");

  private final Map<String, WeightRule> rules = new HashMap<>();

  private SwitchNames() {}

  /** Whether Switch Transformers has a tensor of this name. */
  static boolean isKnown(String published) {
    return KNOWN.matcher(published).matches() && !published.contains("shared_experts");
  }

  /**
   * Returns all parameters and gate states of an MoE block, by our names.
   *
   * @param mlp published name of its feed-forward part
   */
  static Map<String, WeightRule> place(EvolvingFeedForward place, String mlp) {
    SwitchNames names = new SwitchNames();
    names.addPlace(place, mlp);
    return names.rules;
  }

  /** Returns all parameters and gate states of an encoder-decoder Transformer, by our names. */
  static Map<String, WeightRule> encoderDecoder(Transformer model) {
    SwitchNames names = new SwitchNames();
    names.add("tokens.weight", false, "shared.weight");
    Map<String, String> mlps = new HashMap<>();
    mlps.putAll(names.addSide("encoder", model.config().encoder().numHiddenLayers(), false));
    mlps.putAll(names.addSide("decoder", model.config().decoder().numHiddenLayers(), true));
    for (EvolvingFeedForward place : model.evolving().places()) {
      names.addPlace(place, Objects.requireNonNull(mlps.get(place.name())));
    }
    return names.rules;
  }

  /** Adds a stack; returns the published name of each feed-forward part. */
  private Map<String, String> addSide(String side, int layers, boolean decoder) {
    Map<String, String> mlps = new HashMap<>();
    for (int i = 0; i < layers; i++) {
      String ours = String.format(Locale.ROOT, "%s.blocks.%d.", side, i);
      String theirs = String.format(Locale.ROOT, "%s.block.%d.layer.", side, i);
      addNorm(ours + "attentionNorm", theirs + "0.layer_norm");
      addLinear(ours + "attention.qkv", theirs + "0.SelfAttention", "q", "k", "v");
      addLinear(ours + "attention.projection", theirs + "0.SelfAttention", "o");
      if (decoder) {
        addNorm(ours + "crossAttentionNorm", theirs + "1.layer_norm");
        addLinear(ours + "crossAttention.query", theirs + "1.EncDecAttention", "q");
        addLinear(ours + "crossAttention.keyValue", theirs + "1.EncDecAttention", "k", "v");
        addLinear(ours + "crossAttention.projection", theirs + "1.EncDecAttention", "o");
      }
      String last = theirs + (decoder ? 2 : 1);
      addNorm(ours + "feedForwardNorm", last + ".layer_norm");
      FEED_FORWARD.forEach(
          (map, name) -> addLinear(ours + "feedForward." + map, last + ".mlp", name));
      mlps.put(ours + "feedForward", last + ".mlp");
    }
    addNorm(side + ".finalNorm", side + ".final_layer_norm");
    return mlps;
  }

  private void addPlace(EvolvingFeedForward place, String mlp) {
    add(place.name() + ".sharedGate.weight", true, mlp + ".shared_expert_gate.weight");
    place.parameters().forEach(parameter -> addInPlace(parameter.place(), mlp));
    place.state().forEach(state -> addInPlace(state.place(), mlp));
  }

  private void addInPlace(Place array, String mlp) {
    array.expert().ifPresent(expert -> addExpert(array.name(), expert, mlp + ".experts"));
    array.sharedExpert().ifPresent(net -> addExpert(array.name(), net, mlp + ".shared_experts"));
    array
        .gatePart()
        .ifPresent(
            part -> {
              if (part.equals("weight")) {
                add(array.name(), true, mlp + ".router.classifier.weight");
              } else {
                add(array.name(), false, mlp + ".router." + part);
              }
            });
  }

  private void addExpert(String ours, ExpertPlace expert, String experts) {
    String base = String.format(Locale.ROOT, "%s.expert_%d", experts, expert.number());
    String net = ours.substring(0, ours.length() - expert.part().length());
    FEED_FORWARD.forEach((map, name) -> addLinear(net + map, base, name));
    addNorm(net + "norm", base + ".norm");
  }

  /** Adds a linear layer whose columns are published as several tensors. */
  private void addLinear(String ours, String base, String... columns) {
    for (String part : List.of("weight", "bias")) {
      String[] names = new String[columns.length];
      for (int i = 0; i < columns.length; i++) {
        names[i] = "%s.%s.%s".formatted(base, columns[i], part);
      }
      add(ours + "." + part, part.equals("weight"), names);
    }
  }

  private void addNorm(String ours, String published) {
    add(ours + ".gain", false, published + ".weight");
    add(ours + ".shift", false, published + ".bias");
  }

  private void add(String ours, boolean transposed, String... published) {
    rules.put(ours, new WeightRule(ours, List.of(published), transposed, List.of()));
  }

  private static boolean isUp(String published) {
    return published.endsWith("." + UP + ".weight");
  }

  /** Returns the sizes of an encoder-decoder in the fields of {@code SwitchTransformersConfig}. */
  public static ObjectNode sizes(TransformerConfig model) {
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

  /** Returns sentences on the parts that Switch Transformers does not have. */
  public static List<String> unmapped(List<String> published, String gate, Model<?> model) {
    List<String> sentences = new ArrayList<>();
    List<String> unknown = published.stream().filter(name -> !isKnown(name)).toList();
    long biases = unknown.stream().filter(name -> name.endsWith(".bias")).count();
    if (biases > 0) {
      sentences.add(biases + " biases and shifts, of which Switch Transformers has none");
    }
    long gated = unknown.stream().filter(SwitchNames::isUp).count();
    if (gated > 0) {
      sentences.add(
          gated + " maps " + UP + " of gated nets, where Switch Transformers has plain ones");
    }
    unknown.stream()
        .filter(name -> !name.endsWith(".bias") && !isUp(name))
        .forEach(name -> sentences.add("tensor " + name));
    if (model.evolving().places().stream().anyMatch(p -> p.placement() == Placement.STREAM)) {
      sentences.add("gate " + gate + ": its layers have neither a norm nor a residual around them");
    }
    sentences.add("gate " + gate + ": Switch Transformers takes the likeliest expert alone");
    return sentences;
  }
}
