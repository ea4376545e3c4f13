package io.evomoe.run.config;

import java.util.Map;
import java.util.Set;

/** The model fields that determine the shapes of a run's weights. */
public final class ModelShape {
  private static final String EXPERTS = "model.experts";

  /** Fields without weights; positions are compared after they are derived from the sequence. */
  private static final Set<String> WITHOUT_WEIGHTS =
      Set.of("model.sequence", "model.dropout", "model.documentMask", "architecture.positions");

  private ModelShape() {}

  /**
   * Rejects a model that does not fit the weights of another run.
   *
   * @param given configuration of the new run
   * @param from configuration of the run with the weights
   * @param source of the weights, for the message
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
