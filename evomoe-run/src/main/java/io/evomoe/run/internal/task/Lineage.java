package io.evomoe.run.internal.task;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.evomoe.internal.files.AtomicFile;
import io.evomoe.run.record.Json;
import io.evomoe.run.record.RunFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The ancestors of a run: {@code lineage.json} in its folder, and an entry of its checkpoints.
 *
 * @param from the run that it started from, then that run's ancestor, and so on
 * @param batches number of batches that the ancestors trained on, if the run continues with the
 *     same data
 */
public record Lineage(List<Ancestor> from, long batches) {
  /** The file's name in the folder of a run. */
  public static final String NAME = "lineage.json";

  /** The lineage of a run without ancestors. */
  public static final Lineage NONE = new Lineage(List.of(), 0);

  private static final String ENTRY = "lineage";

  /** Keeps the ancestors unmodifiable. */
  public Lineage {
    from = List.copyOf(from);
  }

  /**
   * Reads a checkpoint's entry.
   *
   * @param entries the checkpoint's texts by name
   * @throws IllegalArgumentException if the entry cannot be read
   */
  public static Lineage of(Map<String, String> entries) {
    String text = entries.get(ENTRY);
    return text == null
        ? NONE
        : Json.read(text, Lineage.class, "lineage of the checkpoint cannot be read");
  }

  /** Returns the lineage of a run that starts from a run of this lineage. */
  public Lineage after(Ancestor nearest, long batchesSeen) {
    List<Ancestor> all = new ArrayList<>(List.of(nearest));
    all.addAll(from);
    return new Lineage(all, batchesSeen);
  }

  /** Returns the entries of a checkpoint; empty without ancestors. */
  public Map<String, String> entries() {
    return from.isEmpty() ? Map.of() : Map.of(ENTRY, Json.line(this));
  }

  /** Writes the file into a run's folder; removes it if there are no ancestors. */
  public void write(Path folder) {
    Path file = folder.resolve(NAME);
    if (from.isEmpty()) {
      RunFiles.delete(file);
    } else {
      AtomicFile.write(file, Json.text(this));
    }
  }

  /**
   * A run that another run started from, at one of its checkpoints.
   *
   * @param run folder
   * @param gate name of the gate
   * @param seed seed of the run
   * @param step finished optimizer steps
   * @param tokens tokens trained on
   * @param trainFlops FLOPs spent in training
   * @param modelSha256 SHA-256 of the checkpoint's {@code model.safetensors}, in hex
   * @param moments whether the optimizer's moments were taken over with the weights
   * @param newArrays names of the new run's gate arrays that the ancestor lacks; they began
   *     untrained
   */
  public record Ancestor(
      String run,
      String gate,
      long seed,
      long step,
      long tokens,
      @JsonProperty("train_flops") double trainFlops,
      @JsonProperty("model_sha256") String modelSha256,
      boolean moments,
      @JsonProperty("new_arrays") List<String> newArrays) {

    /** Keeps the names unmodifiable. */
    public Ancestor {
      newArrays = List.copyOf(newArrays);
    }
  }
}
