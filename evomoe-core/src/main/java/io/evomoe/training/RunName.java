package io.evomoe.training;

/**
 * The name of a run in its files. No text is blank or contains a comma, quote or line break.
 *
 * @param task name of the task; of one of several trainings in a folder, the name of that training
 * @param gate name of the gate
 * @param seed seed of the run
 * @param part whether several trainings share the folder, e.g. {@code scratch} and {@code finetune}
 */
public record RunName(String task, String gate, long seed, boolean part) {

  /** Rejects names that a line of curves.csv cannot contain. */
  public RunName {
    requirePlain("task", task);
    requirePlain("gate", gate);
  }

  /** Creates the name of a run that has a folder of its own. */
  public RunName(String task, String gate, long seed) {
    this(task, gate, seed, false);
  }

  private static void requirePlain(String field, String name) {
    if (name.isBlank() || name.chars().anyMatch(c -> c == ',' || c == '"' || c < ' ')) {
      throw new IllegalArgumentException(
          field + " must not be blank or hold a comma, quote or line break, was '" + name + "'");
    }
  }
}
