package io.evomoe.spark;

import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.files.ScratchFolder;
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
 * A run's configuration and tokenizer, as the files of its folder; sent to each worker once for all
 * rounds.
 */
final class Setup implements Serializable {
  private static final long serialVersionUID = 1;

  private final String run = UUID.randomUUID().toString();
  private final HashMap<String, byte[]> files = new HashMap<>();
  private final RoundConfig rounds;

  /**
   * Reads the files.
   *
   * @param folder with the tokenizer
   */
  Setup(Path folder, RunConfig config, RoundConfig rounds) {
    this.rounds = rounds;
    try (ScratchFolder scratch = ScratchFolder.create("setup")) {
      ConfigFile.write(scratch.path().resolve(RunFiles.CONFIG), config);
      keep(scratch.path(), "");
      keep(folder.resolve(RunFiles.TOKENIZER), RunFiles.TOKENIZER + "/");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + folder + ": " + IoReason.of(e), e);
    }
  }

  private void keep(Path folder, String prefix) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      for (Path file : list.filter(Files::isRegularFile).toList()) {
        files.put(prefix + file.getFileName(), Files.readAllBytes(file));
      }
    }
  }

  /** Returns an identifier of this run. */
  String run() {
    return run;
  }

  RoundConfig rounds() {
    return rounds;
  }

  /** Writes the files into a folder of this machine. */
  void unpack(Path folder) {
    try {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        Path target = folder.resolve(file.getKey());
        Files.createDirectories(target.getParent());
        Files.write(target, file.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot write into " + folder + ": " + IoReason.of(e, folder), e);
    }
  }
}
