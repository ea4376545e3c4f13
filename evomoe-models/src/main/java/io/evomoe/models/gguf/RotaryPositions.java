package io.evomoe.models.gguf;

import io.evomoe.nn.Rotary;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Rotary positions and their scaling. Llama 3 scales each frequency by its own factor, which
 * llama.cpp reads as a tensor.
 *
 * @param base of the frequencies
 * @param scaling that of Llama 3; null for none
 */
record RotaryPositions(double base, Rotary.@Nullable Scaling scaling) {
  /** The field of transformers 5, which includes the base, and the field of transformers 4. */
  private static final String PARAMETERS = "rope_parameters";

  private static final String SCALING = "rope_scaling";
  private static final String BASE = "rope_theta";

  /**
   * Reads the fields of a configuration that a {@code HubFolder} or {@code HubExport} has checked.
   *
   * @param factors whether the architecture supports a factor for each frequency
   */
  static RotaryPositions of(GgufConfig config, boolean factors) {
    String field = config.has(PARAMETERS) ? PARAMETERS : SCALING;
    GgufConfig scaling = config.object(field);
    double base = scaling.number(BASE, config.number(BASE, Rotary.DEFAULT_THETA));
    if (scaling.text("rope_type", scaling.text("type", "default")).equals("default")) {
      return new RotaryPositions(base, null);
    }
    if (!factors) {
      throw config.bad(field, "null");
    }
    return new RotaryPositions(
        base,
        new Rotary.Scaling(
            scaling.number("factor"),
            scaling.number("low_freq_factor"),
            scaling.number("high_freq_factor"),
            scaling.whole("original_max_position_embeddings")));
  }

  /** Returns the tensor of Llama 3's factors [headWidth / 2]; empty without scaling. */
  Optional<GgufTensor> factors(int headWidth) {
    if (scaling == null) {
      return Optional.empty();
    }
    double[] usual = new Rotary(base).frequencies(headWidth);
    double[] scaled = new Rotary(base, scaling).frequencies(headWidth);
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
}
