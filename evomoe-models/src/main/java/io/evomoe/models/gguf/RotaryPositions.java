package io.evomoe.models.gguf;

import io.evomoe.nn.Rotary;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Rotary positions and their scaling. Llama 3 scales each frequency by its own factor, which
 * llama.cpp reads as a tensor.
 *
 * @param base of the frequencies
 * @param kind {@code default}, {@code linear}, {@code yarn} or {@code llama3}
 * @param scaling fields of that kind
 */
record RotaryPositions(double base, String kind, GgufConfig scaling) {
  /** The field of transformers 5, which includes the base, and the field of transformers 4. */
  private static final String PARAMETERS = "rope_parameters";

  private static final String SCALING = "rope_scaling";
  private static final String BASE = "rope_theta";
  private static final String ORIGINAL = "original_max_position_embeddings";

  /**
   * Reads the fields.
   *
   * @param factors whether the architecture supports a factor for each frequency
   */
  static RotaryPositions of(GgufConfig config, boolean factors) {
    String field = config.has(PARAMETERS) ? PARAMETERS : SCALING;
    GgufConfig scaling = config.object(field);
    String kind = scaling.text("rope_type", scaling.text("type", "default"));
    List<String> known =
        factors
            ? List.of("default", "linear", "yarn", "llama3")
            : List.of("default", "linear", "yarn");
    if (!known.contains(kind)) {
      throw config.bad(field, "of one of the types " + known);
    }
    double base = scaling.number(BASE, config.number(BASE, Rotary.DEFAULT_THETA));
    return new RotaryPositions(base, kind, scaling);
  }

  /** Adds base and scaling. */
  void describe(String name, GgufMetadata metadata) {
    metadata.float32(name + ".rope.freq_base", base);
    if (kind.equals("linear") || kind.equals("yarn")) {
      metadata.text(name + ".rope.scaling.type", kind);
      metadata.float32(name + ".rope.scaling.factor", scaling.number("factor"));
    }
    if (kind.equals("yarn")) {
      metadata.uint32(name + ".rope.scaling.original_context_length", scaling.whole(ORIGINAL));
    }
  }

  /** Returns the tensor of Llama 3's factors [headWidth / 2]; empty for other kinds. */
  Optional<GgufTensor> factors(int headWidth) {
    if (!kind.equals("llama3")) {
      return Optional.empty();
    }
    double[] usual = new Rotary(base).frequencies(headWidth);
    double[] scaled = new Rotary(base, llama3()).frequencies(headWidth);
    float[] factors = new float[usual.length];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = (float) (usual[i] / scaled[i]);
    }
    return Optional.of(
        new GgufTensor(
            "rope_freqs.weight",
            List.of((long) factors.length),
            GgufType.F32,
            List.of(() -> Nd4j.createFromArray(factors).castTo(DataType.FLOAT))));
  }

  private Rotary.Scaling llama3() {
    return new Rotary.Scaling(
        scaling.number("factor"),
        scaling.number("low_freq_factor"),
        scaling.number("high_freq_factor"),
        scaling.whole(ORIGINAL));
  }
}
