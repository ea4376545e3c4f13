package io.evomoe.training.checkpoint;

import io.evomoe.nn.Parameter;
import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.Moments;
import io.evomoe.training.TrainingState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A folder of checkpoints, one sub-folder {@code step-00000123} each, holding {@code
 * model.safetensors} (parameters and gate state), {@code optimizer.safetensors} (moments) and
 * {@code state.json}. A checkpoint is written into a temporary folder, forced to the disk and
 * renamed, so one that has its name is complete.
 */
public final class CheckpointFolder implements CheckpointWriter {
  /** Checkpoints that are kept where nothing else is asked for. */
  public static final int DEFAULT_KEEP = 2;

  private static final Pattern NAME = Pattern.compile("step-(\\d{8,18})");
  private static final String TEMPORARY = ".saving-";
  private static final String REPLACED = ".replaced-";

  private final Path directory;
  private final int keep;
  private final Map<String, String> config;

  /**
   * Checkpoints in a directory, which is made when the first one is written.
   *
   * @param keep number of newest checkpoints that stay, at least 1
   * @param config free text by name that is kept in every checkpoint
   */
  public CheckpointFolder(Path directory, int keep, Map<String, String> config) {
    if (keep < 1) {
      throw new IllegalArgumentException("keep must be at least 1, was " + keep);
    }
    this.directory = directory;
    this.keep = keep;
    this.config = Map.copyOf(config);
  }

  /** The newest complete checkpoint in a directory; it is verified when it is opened. */
  public static Optional<Path> latest(Path directory) {
    try {
      List<Path> newestFirst = newestFirst(directory);
      return newestFirst.stream().findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list checkpoints in " + directory, e);
    }
  }

  @Override
  public Path write(TrainingState state) {
    String name = "step-%08d".formatted(state.progress().step());
    try {
      Files.createDirectories(directory);
      Path temporary = directory.resolve(TEMPORARY + name);
      CheckpointFiles.delete(temporary);
      Files.createDirectory(temporary);
      writeFiles(temporary, state);
      Path written = publish(temporary, name);
      prune(written);
      return written;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write checkpoint " + directory.resolve(name), e);
    }
  }

  private void writeFiles(Path folder, TrainingState state) throws IOException {
    SafeTensors.write(
        folder.resolve(CheckpointFiles.MODEL), CheckpointFiles.arrays(state.model()), Map.of());
    Map<String, Long> updates = writeMoments(folder, state);
    Map<String, String> hashes = new TreeMap<>();
    for (String file : CheckpointFiles.CHECKED) {
      hashes.put(file, CheckpointFiles.sha256(folder.resolve(file)));
    }
    Path file = folder.resolve(CheckpointState.FILE);
    Files.write(
        file,
        Json.MAPPER
            .writerWithDefaultPrettyPrinter()
            .writeValueAsBytes(describe(state, updates, hashes)));
    CheckpointFiles.force(file);
    CheckpointFiles.force(folder);
  }

  private static Map<String, Long> writeMoments(Path folder, TrainingState state)
      throws IOException {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    Map<String, Long> updates = new TreeMap<>();
    for (Parameter parameter : state.model().parameters()) {
      Optional<Moments> found = state.optimizer().moments(parameter);
      if (found.isPresent()) {
        arrays.put(CheckpointFiles.firstMoment(parameter), found.get().first());
        arrays.put(CheckpointFiles.secondMoment(parameter), found.get().second());
        updates.put(parameter.name(), found.get().updates());
      }
    }
    SafeTensors.write(folder.resolve(CheckpointFiles.OPTIMIZER), arrays, Map.of());
    return updates;
  }

  private CheckpointState describe(
      TrainingState state, Map<String, Long> updates, Map<String, String> hashes) {
    String version = CheckpointFolder.class.getPackage().getImplementationVersion();
    return new CheckpointState(
        CheckpointState.FORMAT_VERSION,
        Objects.requireNonNullElse(version, "unknown"),
        state.progress().step(),
        state.progress().tokens(),
        state.progress().trainFlops(),
        state.moment().phase(),
        state.moment().temperature(),
        state.seed(),
        state.progress().spawned(),
        updates,
        config,
        hashes);
  }

  private Path publish(Path temporary, String name) throws IOException {
    Path target = directory.resolve(name);
    Path replaced = directory.resolve(REPLACED + name);
    CheckpointFiles.delete(replaced);
    if (Files.exists(target)) {
      Files.move(target, replaced, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    CheckpointFiles.force(directory);
    CheckpointFiles.delete(replaced);
    return target;
  }

  private void prune(Path written) throws IOException {
    List<Path> newestFirst = newestFirst(directory);
    for (Path old : newestFirst.subList(Math.min(keep, newestFirst.size()), newestFirst.size())) {
      if (!old.equals(written)) {
        CheckpointFiles.delete(old);
      }
    }
  }

  private static List<Path> newestFirst(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .filter(folder -> NAME.matcher(folder.getFileName().toString()).matches())
          .filter(CheckpointFiles::isComplete)
          .sorted(Comparator.comparingLong(CheckpointFolder::stepOf).reversed())
          .toList();
    }
  }

  private static long stepOf(Path folder) {
    String name = folder.getFileName().toString();
    return Long.parseLong(name.substring(name.indexOf('-') + 1));
  }
}
