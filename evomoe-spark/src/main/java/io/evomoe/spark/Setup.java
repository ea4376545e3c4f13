package io.evomoe.spark;

import io.evomoe.internal.files.IoReason;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.RunFiles;
import io.evomoe.training.internal.rounds.RoundConfig;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A run's configuration and tokenizer; sent to each worker once for all rounds.
 *
 * @param run identifier of this run
 * @param config text of its {@code config.yaml}
 * @param tokenizer content of the tokenizer's files by name
 * @param rounds settings of the rounds
 */
record Setup(String run, String config, HashMap<String, byte[]> tokenizer, RoundConfig rounds)
    implements Serializable {

  /**
   * Reads the tokenizer.
   *
   * @param folder with the tokenizer
   */
  static Setup of(Path folder, RunConfig config, RoundConfig rounds) {
    HashMap<String, byte[]> files = new HashMap<>();
    try (Stream<Path> list = Files.list(folder.resolve(RunFiles.TOKENIZER))) {
      for (Path file : list.filter(Files::isRegularFile).toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + folder + ": " + IoReason.of(e), e);
    }
    return new Setup(UUID.randomUUID().toString(), ConfigFile.text(config), files, rounds);
  }

  /** Writes the tokenizer's files into a new folder of this machine, and loads it. */
  Tokenizer loadTokenizer(Path folder) {
    try {
      Files.createDirectories(folder);
      for (Map.Entry<String, byte[]> file : tokenizer.entrySet()) {
        Files.write(folder.resolve(file.getKey()), file.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + folder + ": " + IoReason.of(e, folder), e);
    }
    return Tokenizer.load(folder);
  }
}
