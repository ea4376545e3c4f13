package io.evomoe.run.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.evomoe.nn.RoutingReport;
import java.util.List;
import java.util.Map;

/**
 * What was measured of a run and is not in its curve. Every checkpoint holds it as a note, so that
 * a run that is resumed has all of it, as it has the rows of its curve.
 *
 * @param tokens trained on in the steps that were timed
 * @param seconds of these steps
 * @param routing the last report of each MoE layer; empty while there is one expert
 */
public record Measured(long tokens, double seconds, List<RoutingReport> routing) {
  /** Of a run before its first step. */
  public static final Measured NOTHING = new Measured(0, 0, List.of());

  private static final String NOTE = "measured";

  /** Keeps the reports unmodifiable. */
  public Measured {
    routing = List.copyOf(routing);
  }

  /**
   * What was measured of a saved run.
   *
   * @param notes the text of its checkpoint; those of earlier versions have none of this
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
          "what a checkpoint says of its run's speed and load cannot be read: " + Json.fault(e), e);
    }
  }

  /** As a checkpoint keeps it. */
  public Map<String, String> notes() {
    try {
      return Map.of(NOTE, Json.MAPPER.writeValueAsString(this));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("what was measured has a JSON form", e);
    }
  }

  /** With a step, or several, whose time says how fast the run is. */
  Measured timed(long moreTokens, double moreSeconds) {
    return new Measured(tokens + moreTokens, seconds + moreSeconds, routing);
  }

  /** With the reports of a later step. */
  Measured routed(List<RoutingReport> last) {
    return new Measured(tokens, seconds, last);
  }

  /** Of training; NaN where no step was timed. */
  public double tokensPerSecond() {
    return seconds > 0 ? tokens / seconds : Double.NaN;
  }
}
