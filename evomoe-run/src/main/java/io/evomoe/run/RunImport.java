package io.evomoe.run;

import io.evomoe.run.internal.hub.HubImport;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Makes a run from a folder of Hugging Face. */
public final class RunImport {
  private final Path from;
  private Consumer<String> said = line -> {};

  RunImport(Path from) {
    this.from = from;
  }

  /** Reports, in lines for the user, what was imported. */
  public RunImport said(Consumer<String> told) {
    said = told;
    return this;
  }

  /**
   * Writes the folder of the run and opens it.
   *
   * @param folder new or empty
   * @throws IllegalArgumentException if the model or its tokenizer is not supported; nothing is
   *     written
   */
  public Run<?> in(Path folder) {
    HubImport.run(from, folder).forEach(said);
    return Run.open(folder);
  }
}
