package io.evomoe.bench.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.run.config.StrictYaml;
import java.math.BigDecimal;

/**
 * One run that a study asks for.
 *
 * @param part what it is for
 * @param label the gate, or the gate, a dot and the variant
 * @param gate by name
 * @param seed of the run
 * @param rate the learning rate that is tried; NaN where the gate's best is taken
 * @param variant fields of the configuration in which it differs from the other runs
 */
public record StudyRun(
    Part part, String label, String gate, long seed, double rate, ObjectNode variant) {

  /** What a run is for. */
  public enum Part {
    /** To find the gate's learning rate. */
    RATE,
    /** To compare gates. */
    GATE,
    /** To compare variants of one gate. */
    ABLATION
  }

  /** A run of which only the seed, or only the rate, is its own. */
  static StudyRun ofGate(Part part, String gate, long seed, double rate) {
    return new StudyRun(part, gate, gate, seed, rate, StrictYaml.nothing());
  }

  /** Name of the run and of its folder. */
  public String name() {
    return part == Part.RATE ? "rate-%s-%s".formatted(label, plain(rate)) : label + "-" + seed;
  }

  /** A learning rate as people write it, without an exponent. */
  static String plain(double rate) {
    return BigDecimal.valueOf(rate).toPlainString();
  }
}
