package io.evomoe.run.internal.folder;

import io.evomoe.internal.files.AtomicFile;
import io.evomoe.models.internal.hub.TokenizerFiles;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.config.StrictYaml;
import io.evomoe.run.record.RunFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * The description of a tokenizer that a program has passed, in {@code program.yaml} in the place of
 * a tokenizer's files.
 *
 * @param type class of the tokenizer
 * @param vocabularySize number of token ids
 * @param specialIds ids of its special tokens, in order
 * @param fingerprint see {@link Tokenizer#fingerprint}
 */
public record ProgramTokenizer(
    String type, int vocabularySize, List<Integer> specialIds, String fingerprint) {
  /** Name of the file. */
  public static final String NAME = "program.yaml";

  /** Keeps the ids unmodifiable. */
  public ProgramTokenizer {
    specialIds = List.copyOf(specialIds);
  }

  /** Describes a tokenizer. */
  public static ProgramTokenizer of(Tokenizer tokenizer) {
    return new ProgramTokenizer(
        tokenizer.getClass().getName(),
        tokenizer.vocabularySize(),
        tokenizer.specialIds().stream().sorted().toList(),
        tokenizer.fingerprint());
  }

  /** Whether a folder has the description of a tokenizer. */
  public static boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(NAME));
  }

  /** Reads the description from a folder. */
  public static ProgramTokenizer read(Path folder) {
    Path file = folder.resolve(NAME);
    return StrictYaml.bind(StrictYaml.read(file), ProgramTokenizer.class, file.toString());
  }

  /** Writes the description into a folder. */
  public void write(Path folder) {
    AtomicFile.write(folder.resolve(NAME), StrictYaml.text(this));
  }

  /** Replaces the tokenizer in a folder by that of another one, if it has one. */
  public static void copy(Path from, Path into) {
    TokenizerFiles.copy(from, into);
    RunFiles.delete(into.resolve(NAME));
    if (isIn(from)) {
      read(from).write(into);
    }
  }

  /** Rejects a run without the files of a tokenizer. */
  public static void requireFiles(RunFolder run) {
    run.requireTokenizer();
    if (run.hasProgramTokenizer()) {
      throw new IllegalArgumentException(
          run.path() + " must have a tokenizer in files for this, has one of a program");
    }
  }

  /**
   * Returns the tokenizer of a run.
   *
   * @param given by a program; null to use that of the folder, or one that {@link ServiceLoader}
   *     finds
   * @throws IllegalArgumentException if there is none, or the given one is not that of the run
   */
  public static Tokenizer open(RunFolder run, @Nullable Tokenizer given) {
    run.requireTokenizer();
    if (run.hasProgramTokenizer()) {
      ProgramTokenizer its = read(run.tokenizerPath());
      return its.require(given == null ? its.installed(run) : given, run);
    }
    if (given != null) {
      throw new IllegalArgumentException(
          "the tokenizer of %s is in its files, none can be passed, was %s"
              .formatted(run.path(), given.getClass().getName()));
    }
    return Tokenizer.load(run.tokenizerPath());
  }

  private Tokenizer installed(RunFolder run) {
    return ServiceLoader.load(Tokenizer.class).stream()
        .filter(provider -> provider.type().getName().equals(type))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s has the tokenizer %s of a program: pass it (Run.opening(folder).tokenizer(...)), or name the class in META-INF/services/%s"
                        .formatted(run.path(), type, Tokenizer.class.getName())))
        .get();
  }

  private Tokenizer require(Tokenizer given, RunFolder run) {
    if (!given.fingerprint().equals(fingerprint)) {
      throw new IllegalArgumentException(
          "the tokenizer of %s must be the one of its training, %s, was %s"
              .formatted(run.path(), fingerprint, given.fingerprint()));
    }
    return given;
  }
}
