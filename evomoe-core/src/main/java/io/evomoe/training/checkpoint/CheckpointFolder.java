package io.evomoe.training.checkpoint;

import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.names.FieldBound;
import io.evomoe.training.CheckpointException;
import io.evomoe.training.TrainingState;
import io.evomoe.training.TrainingState.CheckpointWriter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of checkpoints with one sub-folder {@code step-00000123} each. It contains {@code
 * model.safetensors} (parameters and gate state), {@code optimizer.safetensors} (moments) and
 * {@code state.json}.
 *
 * <p>A checkpoint is written into a temporary folder, forced to the disk and renamed. So a folder
 * with its final name is complete. A symbolic link with such a name is rejected: neither the link
 * nor its target is read, renamed or deleted.
 */
public final class CheckpointFolder implements CheckpointWriter {
  private static final String STEP = "step-";
  private static final String TEMPORARY = ".saving-";
  private static final String REPLACED = ".replaced-";
  private static final String SET_ASIDE = "set-aside-";
  private static final List<String> OURS = List.of(STEP, TEMPORARY, REPLACED, SET_ASIDE);
  private static final double MEBIBYTE = 1 << 20;
  private static final Logger log = LoggerFactory.getLogger(CheckpointFolder.class);

  private final Path directory;
  private final int keep;
  private final Map<String, String> config;
  private boolean made;

  /**
   * Opens a folder of checkpoints. It is created when the first checkpoint is written.
   *
   * @param keep number of newest checkpoints to keep, at least 1; the best one is kept as well
   * @param config free text by name that is saved in every checkpoint
   */
  public CheckpointFolder(Path directory, int keep, Map<String, String> config) {
    FieldBound.atLeast("keep", keep, 1);
    this.directory = directory;
    this.keep = keep;
    this.config = Map.copyOf(config);
    this.made = Files.exists(directory);
  }

  /** Returns the folder name of the checkpoint after {@code steps} steps. */
  public static String name(long steps) {
    return STEP + String.format(Locale.ROOT, "%08d", steps);
  }

  /** Returns the newest checkpoint in a folder. It is only verified when it is opened. */
  public static Optional<Path> latest(Path directory) {
    return newestFirst(directory).stream().findFirst();
  }

  /**
   * Opens the newest checkpoint in a folder. If a running training deletes it meanwhile, the newer
   * one is opened.
   *
   * @return empty if there is none
   * @throws CheckpointException if it is damaged or cannot be read. The message names the newest
   *     intact checkpoint before it, if there is one
   */
  public static Optional<Checkpoint> openLatest(Path directory) {
    return openLatest(directory, Checkpoint::open);
  }

  static Optional<Checkpoint> openLatest(Path directory, Function<Path, Checkpoint> open) {
    Path latest = latest(directory).orElse(null);
    if (latest == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(open.apply(latest));
    } catch (CheckpointException e) {
      if (newerThan(latest).isPresent()) {
        return openLatest(directory, open);
      }
      String offer =
          newestWhole(before(latest))
              .map(whole -> "; the checkpoint before it is whole: " + whole.location())
              .orElse("; there is no whole checkpoint before it");
      throw new CheckpointException(e.getMessage() + offer, e);
    }
  }

  /**
   * Returns the checkpoint with the lowest validation loss in a folder, of equal ones the first.
   *
   * @return empty if none has one, because the best one is not kept or nothing was measured
   */
  public static Optional<Path> best(Path directory) {
    Map<Path, Double> losses = new LinkedHashMap<>();
    for (Path folder : newestFirst(directory)) {
      double loss = validLoss(folder);
      if (!Double.isNaN(loss)) {
        losses.put(folder, loss);
      }
    }
    return losses.entrySet().stream()
        .min(Map.Entry.<Path, Double>comparingByValue().thenComparing(e -> stepOf(e.getKey())))
        .map(Map.Entry::getKey);
  }

  private static double validLoss(Path checkpoint) {
    return state(checkpoint).map(CheckpointFiles.State::validLoss).orElse(Double.NaN);
  }

  private static boolean isExtra(Path checkpoint) {
    return state(checkpoint)
        .filter(its -> its.config().containsKey(TrainingState.EXTRA))
        .isPresent();
  }

  /** Empty if it is damaged or is being deleted. */
  private static Optional<CheckpointFiles.State> state(Path checkpoint) {
    try {
      return Optional.of(CheckpointFiles.State.read(checkpoint));
    } catch (IOException | CheckpointException e) {
      return Optional.empty();
    }
  }

  /**
   * Opens the best checkpoint in a folder, or the newest one if there is no best one, to use its
   * model: the moments are verified when they are read. Logs it if the best one is not the newest.
   *
   * @return empty if there is none
   * @throws CheckpointException if it is damaged or cannot be read
   */
  public static Optional<Checkpoint> openBest(Path directory) {
    Optional<Path> best = best(directory);
    Optional<Path> newest = latest(directory);
    if (best.isEmpty() || best.equals(newest)) {
      return openLatest(directory, folder -> Checkpoint.open(folder, false));
    }
    try {
      Checkpoint opened = Checkpoint.open(best.get(), false);
      log.info(
          String.format(
              Locale.ROOT,
              "Using the best checkpoint, step %d of %d (validation loss %.4f)",
              stepOf(best.get()),
              stepOf(newest.orElseThrow()),
              validLoss(best.get())));
      return Optional.of(opened);
    } catch (CheckpointException e) {
      if (!best.equals(best(directory))) {
        return openBest(directory); // a running training has a better one now
      }
      throw e;
    }
  }

  /** Returns the newest checkpoint in the folder of another one, if that is not the newest. */
  public static Optional<Path> newerThan(Path checkpoint) {
    long step = CheckpointFiles.stepInName(checkpoint).orElse(Long.MAX_VALUE);
    return latest(CheckpointFiles.parent(checkpoint))
        .filter(newest -> stepOf(newest) >= step && !newest.equals(checkpoint));
  }

  /** Opens the newest intact checkpoint in a folder. Empty if there is none. */
  public static Optional<Checkpoint> openNewestWhole(Path directory) {
    return newestWhole(newestFirst(directory));
  }

  /** Returns the checkpoints before another one in the same folder, newest first. */
  public static List<Path> before(Path checkpoint) {
    return newestFirst(CheckpointFiles.parent(checkpoint)).stream()
        .filter(folder -> stepOf(folder) < stepOf(checkpoint))
        .toList();
  }

  /**
   * Renames all checkpoints in the folder that are newer than the one that a run resumes from. None
   * of them is then taken for the run's newest.
   *
   * @return their new paths: {@code set-aside-step-...}
   */
  public static List<Path> setAsideNewerThan(Path checkpoint) {
    List<Path> moved = new ArrayList<>();
    try {
      for (Path folder : newestFirst(CheckpointFiles.parent(checkpoint))) {
        if (stepOf(folder) > stepOf(checkpoint)) {
          Path aside = folder.resolveSibling(SET_ASIDE + folder.getFileName());
          FileTree.delete(aside);
          moved.add(Files.move(folder, aside));
        }
      }
      return moved;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot set aside checkpoints newer than " + checkpoint + ": " + IoReason.of(e), e);
    }
  }

  /**
   * Writes a checkpoint. Existing checkpoints are kept until it is complete.
   *
   * @throws UncheckedIOException if it cannot be written; earlier checkpoints are unchanged
   */
  @Override
  public Path write(TrainingState state) {
    String name = name(state.progress().step());
    Path temporary = directory.resolve(TEMPORARY + name);
    try {
      makeOnce();
      deleteLeftovers();
      CheckpointFiles.write(Files.createDirectory(temporary), state, config);
      Path written = publish(temporary, name);
      prune(written);
      return written;
    } catch (IOException e) {
      FileTree.deleteQuietly(temporary);
      String earlier =
          latest(directory)
              .map(folder -> "; the last checkpoint is " + folder)
              .orElse("; there is no earlier checkpoint");
      throw new UncheckedIOException(
          "cannot write checkpoint %s: %s%s"
              .formatted(directory.resolve(name), IoReason.of(e), earlier),
          e);
    }
  }

  private static Optional<Checkpoint> newestWhole(List<Path> newestFirst) {
    for (Path folder : newestFirst) {
      try {
        return Optional.of(Checkpoint.open(folder));
      } catch (CheckpointException damaged) {
        // the next one may be whole
      }
    }
    return Optional.empty();
  }

  /**
   * Creates the folder once. If it was deleted, it is not recreated without the rest of the run.
   */
  private void makeOnce() throws IOException {
    if (made && !Files.exists(directory)) {
      throw new IOException("its folder was deleted or moved while the run trained");
    }
    Files.createDirectories(directory);
    made = true;
  }

  @Override
  public void requireRoom(long bytes, long kept) {
    File there = directory.toAbsolutePath().toFile();
    while (!there.exists()) {
      there = Objects.requireNonNull(there.getParentFile(), "a root exists");
    }
    if (there.getTotalSpace() > 0) { // is known
      requireRoom(bytes, kept, there.getUsableSpace());
    }
  }

  void requireRoom(long bytes, long kept, long free) {
    double there = newestFirst(directory).stream().mapToDouble(CheckpointFolder::size).sum();
    double needed = (kept + 1.0) * bytes - there;
    if (needed > free) {
      throw new IllegalArgumentException(
          "%d checkpoints of %s in %s need %s more disk space, but %s are free: make room, lower guards.keepCheckpoints, or name another folder"
              .formatted(
                  kept + 1,
                  mebibytes(bytes),
                  directory,
                  mebibytes((long) needed),
                  mebibytes(free)));
    }
  }

  /** Returns the bytes of the files of a checkpoint. */
  static long size(Path checkpoint) {
    File[] files = checkpoint.toFile().listFiles();
    return files == null ? 0 : Arrays.stream(files).mapToLong(File::length).sum();
  }

  private static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%,.1f MiB", bytes / MEBIBYTE);
  }

  /** Deletes leftovers of a process that was killed while writing. */
  private void deleteLeftovers() throws IOException {
    for (Path folder : entries(directory)) {
      String name = folder.getFileName().toString();
      boolean isReplaced =
          name.startsWith(REPLACED)
              && Files.exists(directory.resolve(name.substring(REPLACED.length())));
      if (name.startsWith(TEMPORARY) || isReplaced) {
        FileTree.delete(folder);
      }
    }
  }

  private Path publish(Path temporary, String name) throws IOException {
    Path target = directory.resolve(name);
    Path replaced = directory.resolve(REPLACED + name);
    if (Files.exists(target)) {
      FileTree.delete(replaced); // kept without a target, because it may then be the only copy
      Files.move(target, replaced, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    FileTree.force(directory);
    FileTree.delete(replaced);
    return target;
  }

  private void prune(Path written) throws IOException {
    List<Path> all = newestFirst(directory);
    Set<Path> kept = new HashSet<>(Set.of(written));
    best(directory).ifPresent(kept::add);
    all.stream().filter(folder -> !isExtra(folder)).limit(keep).forEach(kept::add);
    for (Path old : all) {
      if (!kept.contains(old)) {
        FileTree.delete(old);
      }
    }
  }

  /** Returns all checkpoints, including one that was being replaced when the process was killed. */
  private static List<Path> newestFirst(Path directory) {
    try {
      return entries(directory).stream()
          .filter(folder -> !folder.getFileName().toString().startsWith(SET_ASIDE))
          .filter(folder -> CheckpointFiles.stepInName(folder).isPresent())
          .filter(CheckpointFiles::isCheckpoint)
          .sorted(
              Comparator.comparingLong(CheckpointFolder::stepOf)
                  .reversed()
                  .thenComparing(folder -> folder.getFileName().toString().startsWith(REPLACED)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot list checkpoints in %s: %s".formatted(directory, IoReason.of(e, directory)), e);
    }
  }

  private static List<Path> entries(Path directory) throws IOException {
    if (!Files.isDirectory(FileTree.requireNoLink(directory))) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .filter(entry -> OURS.stream().anyMatch(entry.getFileName().toString()::startsWith))
          .map(FileTree::requireNoLink)
          .toList();
    }
  }

  private static long stepOf(Path folder) {
    return CheckpointFiles.stepInName(folder)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "a checkpoint must be a folder step-00000123, was " + folder));
  }
}
