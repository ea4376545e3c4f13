package io.evomoe.kernel;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A compute device: the CPU, or an NVIDIA GPU by its index.
 *
 * @param kind kind of hardware
 * @param index index among devices of the same kind, from 0; 0 for the CPU
 */
public record Device(Kind kind, int index) {
  /** The CPU. */
  public static final Device CPU = new Device(Kind.CPU, 0);

  /** The first GPU. */
  public static final Device FIRST_GPU = new Device(Kind.CUDA, 0);

  static final String NAMES = "cpu, cuda or cuda:N with N in 0..9999";

  private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,4}))?");

  /** Kinds of hardware. */
  public enum Kind {
    /** The whole CPU. */
    CPU,
    /** A GPU that uses CUDA. */
    CUDA
  }

  /** Rejects a negative index and a second CPU. */
  public Device {
    if (index < 0 || (kind == Kind.CPU && index > 0)) {
      throw new IllegalArgumentException(
          "index of a device must be at least 0, and 0 for the CPU, was " + index);
    }
  }

  /**
   * Returns the device with a name: {@code cpu}, {@code cuda} for the first GPU, or {@code cuda:1}
   * for another.
   *
   * @throws IllegalArgumentException if the name is another one
   */
  public static Device parse(String name) {
    if (name.equals("cpu")) {
      return CPU;
    }
    Matcher cuda = CUDA.matcher(name);
    if (!cuda.matches()) {
      throw new IllegalArgumentException("device must be " + NAMES + ", was " + name);
    }
    String index = cuda.group(1);
    return index == null ? FIRST_GPU : new Device(Kind.CUDA, Integer.parseInt(index));
  }

  /** Returns the kind of device of ND4J's backend. Starts ND4J. */
  public static Kind ofNd4j() {
    return Nd4j.getBackend().getClass().getSimpleName().startsWith("Cpu") ? Kind.CPU : Kind.CUDA;
  }

  /** Returns the name that {@link #parse} accepts, with the index of a GPU. */
  @Override
  public String toString() {
    return kind == Kind.CPU ? "cpu" : "cuda:" + index;
  }
}
