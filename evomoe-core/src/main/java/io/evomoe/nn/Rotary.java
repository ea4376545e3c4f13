package io.evomoe.nn;

import io.evomoe.internal.names.FieldBound;
import io.evomoe.kernel.Kernels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Rotary positions (Su et al. 2021, arXiv 2104.09864): pair j of a head of size w is rotated by
 * {@code position * theta^(-2j / w)}.
 *
 * @param theta above 0; 10,000 in the paper
 * @param scaling scaling of the frequencies; null for none
 */
public record Rotary(double theta, @Nullable Scaling scaling) {
  /** The theta of the paper. */
  public static final double DEFAULT_THETA = 10_000;

  /** Rejects a theta that is not a positive number. */
  public Rotary {
    FieldBound.positive("ropeTheta", theta);
  }

  /** Creates rotary positions without scaling. */
  public Rotary(double theta) {
    this(theta, null);
  }

  /**
   * Returns the rotation of each pair from one position to the next, in radians.
   *
   * @param headWidth w, even
   * @return w / 2 frequencies, the highest first
   */
  public double[] frequencies(int headWidth) {
    double[] frequencies = new double[headWidth / 2];
    for (int j = 0; j < frequencies.length; j++) {
      double frequency = Math.pow(theta, -2.0 * j / headWidth);
      frequencies[j] = scaling == null ? frequency : scaling.scaled(frequency);
    }
    return frequencies;
  }

  /**
   * Llama 3's scaling for contexts longer than those of the pre-training (Grattafiori et al. 2024,
   * arXiv 2407.21783, and its published code). Waves longer than {@code originalPositions /
   * lowFrequencyFactor} are slowed down by {@code factor}. Waves shorter than {@code
   * originalPositions / highFrequencyFactor} do not change. Between the two, the change is linear.
   *
   * @param factor at least 1
   * @param lowFrequencyFactor above 0
   * @param highFrequencyFactor above {@code lowFrequencyFactor}
   * @param originalPositions positions of the pre-training, at least 1
   */
  public record Scaling(
      double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalPositions) {

    /** Rejects numbers out of bounds. */
    public Scaling {
      if (!(factor >= 1) || Double.isInfinite(factor)) {
        throw new IllegalArgumentException(
            "ropeFactor must be at least 1 and finite, was " + factor);
      }
      FieldBound.positive("ropeLowFrequencyFactor", lowFrequencyFactor);
      FieldBound.positive("ropeHighFrequencyFactor", highFrequencyFactor);
      if (highFrequencyFactor <= lowFrequencyFactor) {
        throw new IllegalArgumentException(
            "ropeHighFrequencyFactor must be above ropeLowFrequencyFactor, %s, was %s"
                .formatted(lowFrequencyFactor, highFrequencyFactor));
      }
      FieldBound.atLeast("ropeOriginalPositions", originalPositions, 1);
    }

    double scaled(double frequency) {
      double waves = originalPositions * frequency / (2 * Math.PI);
      double kept = (waves - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
      double share = Math.min(1, Math.max(0, kept));
      return (1 - share) * frequency / factor + share * frequency;
    }
  }

  /** Cosines and sines of rotary positions. The table grows to the largest requested position. */
  static final class RotaryTable {
    private final Kernels kernels;
    private final double[] frequencies;
    private INDArray cosines;
    private INDArray sines;

    RotaryTable(Rotary rotary, int headWidth, Kernels kernels) {
      this.kernels = kernels;
      this.frequencies = rotary.frequencies(headWidth);
      this.cosines = table(1, false);
      this.sines = table(1, true);
    }

    /**
     * Rotates all heads in place.
     *
     * @param rows [positions.length, heads * headWidth]; may be a column view
     */
    void rotate(INDArray rows, int[] positions, boolean back) {
      INDArray c;
      INDArray s;
      synchronized (this) {
        reach(Arrays.stream(positions).max().orElse(0));
        c = cosines;
        s = sines;
      }
      kernels.rotate(rows, c, s, positions, back);
    }

    private void reach(int position) {
      if (position >= cosines.size(0)) {
        int rows = Math.toIntExact(Math.max(position + 1L, 2 * cosines.size(0)));
        cosines = table(rows, false);
        sines = table(rows, true);
      }
    }

    private INDArray table(int rows, boolean sine) {
      double[] values = new double[Math.multiplyExact(rows, frequencies.length)];
      Arrays.setAll(
          values,
          i -> {
            int position = i / frequencies.length;
            double angle = position * frequencies[i % frequencies.length];
            return sine ? Math.sin(angle) : Math.cos(angle);
          });
      try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        return kernels.write(values, rows, frequencies.length);
      }
    }
  }
}
