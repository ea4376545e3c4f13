package io.evomoe.run.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.evomoe.nn.RoutingReport;
import java.util.List;
import java.util.Map;

/**
 * Measurements of a run that are not in its curve. Every checkpoint stores them as a note, so a
 * resumed run has all of them.
 *
 * @param tokens tokens of the timed steps
 * @param seconds duration of the timed steps
 * @param routing the last report of each MoE layer; empty while there is one expert
 */
public record Measured(long tokens, double seconds, List<RoutingReport> routing) {
  /** The measurements of a run before its first step. */
  public static final Measured NOTHING = new Measured(0, 0, List.of());

  private static final String NOTE = "measured";

  /** Keeps the reports unmodifiable. */
  public Measured {
    routing = List.copyOf(routing);
  }

  /**
   * Reads the measurements of a saved run.
   *
   * @param notes texts of its checkpoint; checkpoints of earlier versions have no measurements
   */
  public static Measured of(Map<String, String> notes) {
    String note = notes.get(NOTE);
    if (note == null) {
      return NOTHING;
    }
    try {
      return Json.MAPPER.readValue(note, Measured.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "the speed and load in a checkpoint cannot be read: " + Json.fault(e), e);
    }
  }

  /** Returns the notes of a checkpoint. */
  public Map<String, String> notes() {
    try {
      return Map.of(NOTE, Json.MAPPER.writeValueAsString(this));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("what was measured has a JSON form", e);
    }
  }

  /** Adds one timed step or several. */
  Measured timed(long moreTokens, double moreSeconds) {
    return new Measured(tokens + moreTokens, seconds + moreSeconds, routing);
  }

  /** Replaces the reports by those of a later step. */
  Measured routed(List<RoutingReport> last) {
    return new Measured(tokens, seconds, last);
  }

  /** Returns the training speed in tokens per second; NaN if no step was timed. */
  public double tokensPerSecond() {
    return seconds > 0 ? tokens / seconds : Double.NaN;
  }
}
