package io.evomoe.models.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.nn.Rotary;
import java.util.List;

/**
 * Rotary positions in a configuration: {@code rope_theta} with {@code rope_scaling}, or {@code
 * rope_parameters} with both, as in transformers 5.
 */
final class RotaryFields {
  private static final String PARAMETERS = "rope_parameters";
  private static final String SCALING = "rope_scaling";
  private static final String LLAMA3 = "llama3";

  private RotaryFields() {}

  /**
   * Reads the fields.
   *
   * @param otherwise theta if the file has none
   */
  static Rotary read(ConfigFields fields, double otherwise) {
    boolean together = fields.root().path(PARAMETERS).isObject();
    ConfigFields rope = together ? fields.inside(PARAMETERS) : fields;
    double theta = rope.positive("rope_theta", otherwise);
    JsonNode scaling = fields.root().path(together ? PARAMETERS : SCALING);
    if (!scaling.isObject()) {
      fields.require(SCALING, "null");
      return new Rotary(theta);
    }
    ConfigFields of = fields.inside(together ? PARAMETERS : SCALING);
    String field = scaling.has("rope_type") || !scaling.has("type") ? "rope_type" : "type";
    String kind = scaling.has(field) ? of.oneOf(field, List.of(LLAMA3, "default")) : "default";
    if (kind.equals("default")) {
      return new Rotary(theta);
    }
    return new Rotary(
        theta,
        new Rotary.Scaling(
            of.positive("factor"),
            of.positive("low_freq_factor"),
            of.positive("high_freq_factor"),
            of.number("original_max_position_embeddings", 1)));
  }

  static void write(Rotary rotary, ObjectNode config) {
    config.put("rope_theta", rotary.theta());
    Rotary.Scaling scaling = rotary.scaling();
    if (scaling == null) {
      config.putNull(SCALING);
      return;
    }
    config
        .putObject(SCALING)
        .put("rope_type", LLAMA3)
        .put("factor", scaling.factor())
        .put("low_freq_factor", scaling.lowFrequencyFactor())
        .put("high_freq_factor", scaling.highFrequencyFactor())
        .put("original_max_position_embeddings", scaling.originalPositions());
  }
}
