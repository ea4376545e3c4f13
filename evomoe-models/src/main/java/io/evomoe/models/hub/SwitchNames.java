package io.evomoe.models.hub;

import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.moe.Placement;
import io.evomoe.training.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of Hugging Face's Switch Transformers ({@code SwitchTransformersForConditionalGeneration})
 * for experts, routers and whole encoder-decoders. What that architecture has no place for, such as
 * biases, gets a name beside, and is listed.
 */
final class SwitchNames {
  private static final Pattern IN_BLOCK =
      Pattern.compile("(encoder|decoder)\\.blocks\\.(\\d+)\\.(\\w+?)(Norm)?\\.(.*)");
  private static final Pattern MEMBER = Pattern.compile("(experts|shared)\\.(\\d+)\\.(.*)");
  private static final Pattern KNOWN =
      Pattern.compile(
          ".*\\.(wi|wo|q|k|v|o|layer_norm|final_layer_norm|classifier)\\.weight|shared\\.weight");

  private SwitchNames() {}

  /** Whether Switch Transformers has a tensor of such a name. */
  static boolean isKnown(String published) {
    return KNOWN.matcher(published).matches() && !published.contains("shared_experts");
  }

  /**
   * A parameter or gate state of a place for experts.
   *
   * @param mlp published name of the place
   */
  static WeightRule place(String ours, EvolvingFeedForward place, String mlp) {
    return feedForward(ours, ours.substring(place.name().length() + 1), mlp);
  }

  /** A parameter of an encoder-decoder Transformer. */
  static WeightRule encoderDecoder(String ours) {
    if (ours.equals("tokens.weight")) {
      return rule(ours, false, "shared.weight");
    }
    Matcher inBlock = IN_BLOCK.matcher(ours);
    if (!inBlock.matches()) {
      return rule(ours, false, norm(ours.replace("finalNorm.", "final_layer_norm.")));
    }
    boolean encoder = inBlock.group(1).equals("encoder");
    String branch = inBlock.group(3);
    String rest = inBlock.group(5);
    int layer = branch.equals("attention") ? 0 : branch.equals("crossAttention") || encoder ? 1 : 2;
    String base = "%s.block.%s.layer.%d.".formatted(inBlock.group(1), inBlock.group(2), layer);
    if (inBlock.group(4) != null) {
      return rule(ours, false, norm(base + "layer_norm." + rest));
    }
    return switch (branch) {
      case "attention" -> attention(ours, rest, base + "SelfAttention.");
      case "crossAttention" -> attention(ours, rest, base + "EncDecAttention.");
      default -> feedForward(ours, rest, base + "mlp");
    };
  }

  private static WeightRule attention(String ours, String rest, String base) {
    String[] parts = rest.split("\\.", 2);
    List<String> columns =
        switch (parts[0]) {
          case "qkv" -> List.of("q", "k", "v");
          case "keyValue" -> List.of("k", "v");
          case "query" -> List.of("q");
          default -> List.of("o");
        };
    String[] names = columns.stream().map(c -> base + c + "." + parts[1]).toArray(String[]::new);
    return rule(ours, parts[1].equals("weight"), names);
  }

  private static WeightRule feedForward(String ours, String rest, String mlp) {
    Matcher member = MEMBER.matcher(rest);
    if (member.matches()) {
      String group = member.group(1).equals("shared") ? "shared_experts" : "experts";
      String base = "%s.%s.expert_%s".formatted(mlp, group, member.group(2));
      return feedForward(ours, member.group(3), base);
    }
    if (rest.equals("gate.weight")) {
      return rule(ours, true, mlp + ".router.classifier.weight");
    }
    String name =
        rest.replaceFirst("^gate\\.", "router.")
            .replaceFirst("^expand\\.", "wi.")
            .replaceFirst("^contract\\.", "wo.");
    boolean linear = name.equals("wi.weight") || name.equals("wo.weight");
    return rule(ours, linear, norm(mlp + "." + name));
  }

  private static String norm(String name) {
    return name.replaceFirst("\\.gain$", ".weight").replaceFirst("\\.shift$", ".bias");
  }

  private static WeightRule rule(String ours, boolean transposed, String... published) {
    return new WeightRule(ours, List.of(published), transposed, List.of());
  }

  /** Sentences on what has no place in Switch Transformers. */
  static List<String> unmapped(List<String> published, String gate, Model<?> model) {
    List<String> sentences = new ArrayList<>();
    List<String> unknown = published.stream().filter(name -> !isKnown(name)).toList();
    long biases = unknown.stream().filter(name -> name.endsWith(".bias")).count();
    if (biases > 0) {
      sentences.add(biases + " biases and shifts, of which Switch Transformers has none");
    }
    unknown.stream()
        .filter(name -> !name.endsWith(".bias"))
        .forEach(name -> sentences.add("tensor " + name));
    if (model.evolving().places().stream().anyMatch(p -> p.placement() == Placement.STREAM)) {
      sentences.add("gate " + gate + ": its layers have neither a norm nor a residual around them");
    }
    sentences.add("gate " + gate + ": Switch Transformers takes the likeliest expert alone");
    return sentences;
  }
}
