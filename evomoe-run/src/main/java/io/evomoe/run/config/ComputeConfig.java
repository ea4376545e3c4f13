package io.evomoe.run.config;

import io.evomoe.kernel.Precision;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Objects;

/**
 * Computation settings; they should not change the quality of the model.
 *
 * @param precision {@code f32}, or {@code bf16} for matrix products with bfloat16 operands
 * @param recompute whether the backward pass recomputes activations instead of keeping them: less
 *     memory, a third more time
 */
@RecordBuilder
public record ComputeConfig(Precision precision, boolean recompute)
    implements ComputeConfigBuilder.With {
  /** float32 without recomputation. */
  public static final ComputeConfig DEFAULT = new ComputeConfig(Precision.F32, false);

  /** Rejects a missing precision. */
  public ComputeConfig {
    Objects.requireNonNull(precision, "precision must be f32 or bf16, was null");
  }
}
