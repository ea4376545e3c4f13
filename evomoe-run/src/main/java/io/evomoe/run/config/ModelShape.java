package io.evomoe.run.config;

import java.util.Map;
import java.util.Set;

/** What the weights of a run fit: the fields of its model but for those that have no weights. */
public final class ModelShape {
  private static final String EXPERTS = "model.experts";

  /** The positions are compared as they follow from the sequence. */
  private static final Set<String> WITHOUT_WEIGHTS =
      Set.of("model.sequence", "model.dropout", "model.documentMask", "architecture.positions");

  private ModelShape() {}

  /**
   * Refuses a model that the weights of another run do not fit.
   *
   * @param given of the new run
   * @param from of the run with the weights
   * @param source where that is, for the message
   * @throws IllegalArgumentException naming the field, both values and the run
   */
  public static void require(RunConfig given, RunConfig from, Object source) {
    Map<String, String> wanted = ConfigFields.values(from);
    for (Map.Entry<String, String> field : ConfigFields.values(given).entrySet()) {
      String name = field.getKey();
      boolean ofShape = name.startsWith("model.") || name.startsWith("architecture.");
      if (ofShape
          && !WITHOUT_WEIGHTS.contains(name)
          && !field.getValue().equals(wanted.get(name))) {
        throw mismatch(name, source, String.valueOf(wanted.get(name)), field.getValue());
      }
    }
    if (given.model().architecture() == Architecture.GPT && positions(given) != positions(from)) {
      throw mismatch("architecture.positions", source, positions(from) + "", positions(given) + "");
    }
  }

  private static int positions(RunConfig config) {
    Integer positions = config.architecture().positions();
    return positions == null ? config.model().sequence() : positions;
  }

  private static IllegalArgumentException mismatch(
      String field, Object source, String wanted, String given) {
    return new IllegalArgumentException(
        "%s must be that of %s, %s, was %s%s"
            .formatted(
                field,
                source,
                wanted,
                given,
                field.equals(EXPERTS) ? "; convert makes a run of another number of experts" : ""));
  }
}
