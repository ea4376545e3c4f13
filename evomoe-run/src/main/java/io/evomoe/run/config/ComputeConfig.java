package io.evomoe.run.config;

import io.evomoe.kernel.Precision;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Computation settings; they should not change the quality of the model.
 *
 * @param precision {@code f32}, or {@code bf16} for matrix products with bfloat16 operands
 * @param recompute whether the backward pass recomputes activations instead of keeping them: less
 *     memory, a third more time
 */
public record ComputeConfig(Precision precision, boolean recompute) {
  /** float32 without recomputation. */
  public static final ComputeConfig DEFAULT = new ComputeConfig(Precision.F32, false);

  /** Rejects a missing precision. */
  public ComputeConfig {
    Objects.requireNonNull(precision, "precision must be f32 or bf16, was null");
  }

  /** Returns a copy with changed fields. */
  public ComputeConfig with(Consumer<Builder> changes) {
    Builder builder = new Builder(this);
    changes.accept(builder);
    return builder.build();
  }

  /** Changes single fields; each method is named after its component. */
  public static final class Builder {
    private Precision precision;
    private boolean recompute;

    private Builder(ComputeConfig from) {
      precision = from.precision;
      recompute = from.recompute;
    }

    /** Sets {@link ComputeConfig#precision}. */
    public Builder precision(Precision value) {
      precision = value;
      return this;
    }

    /** Sets {@link ComputeConfig#recompute}. */
    public Builder recompute(boolean value) {
      recompute = value;
      return this;
    }

    private ComputeConfig build() {
      return new ComputeConfig(precision, recompute);
    }
  }
}
