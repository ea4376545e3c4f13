package io.evomoe.training.checkpoint;

import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.Sha256;
import io.evomoe.internal.names.FieldBound;
import io.evomoe.nn.Parameter;
import io.evomoe.step.StepContext;
import io.evomoe.training.CheckpointException;
import io.evomoe.training.Model;
import io.evomoe.training.TrainingState;
import io.evomoe.training.TrainingState.Progress;
import io.evomoe.training.internal.tensors.SafeTensors;
import io.evomoe.training.internal.tensors.StrictJson;
import io.evomoe.training.optimizer.Optimizer.Moments;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.DeserializationFeature;

/**
 * The files of a checkpoint. {@code SHA256SUMS} has one SHA-256 for each of the others, in the
 * format of {@code sha256sum}. A CRC would be enough to find damage, but the SHA-256 of the model
 * also identifies it in the lineage of later runs, and {@code sha256sum -c} can check it.
 */
final class CheckpointFiles {
  static final String MODEL = "model.safetensors";
  static final String OPTIMIZER = "optimizer.safetensors";
  static final String STATE = "state.json";
  static final String CHECKSUMS = "SHA256SUMS";

  private static final List<String> CHECKED = List.of(MODEL, OPTIMIZER, STATE);
  private static final Pattern STEP =
      Pattern.compile("(?:\\.replaced-|set-aside-)?step-(\\d{8,18})");

  private CheckpointFiles() {}

  /** Returns parameters and state of a model by name. */
  static Map<String, INDArray> arrays(Model<?> model) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    model.parameters().forEach(p -> put(arrays, p.name(), p.value()));
    model.state().forEach(s -> put(arrays, s.name(), s.value()));
    return arrays;
  }

  private static void put(Map<String, INDArray> arrays, String name, INDArray array) {
    if (arrays.put(name, array) != null) {
      throw new IllegalArgumentException("parameter names must be unique, found twice: " + name);
    }
  }

  /** Adds the optimizer's arrays for a parameter: one or two. */
  static void putMoments(Map<String, INDArray> arrays, Parameter parameter, Moments moments) {
    arrays.put(parameter.name() + ".moment1", moments.first());
    moments.second().ifPresent(second -> arrays.put(parameter.name() + ".moment2", second));
  }

  /**
   * Writes all files of a checkpoint, and forces them to the disk.
   *
   * @param config free text by name
   */
  static void write(Path folder, TrainingState state, Map<String, String> config)
      throws IOException {
    Map<String, INDArray> moments = new LinkedHashMap<>();
    Map<String, Long> updates = collectMoments(state, moments);
    Map<String, INDArray> model = arrays(state.model());
    SafeTensors.write(folder.resolve(MODEL), model, Map.of());
    SafeTensors.write(folder.resolve(OPTIMIZER), moments, Map.of());
    describe(state, updates, config).write(folder);
    writeChecksums(folder);
    FileTree.force(folder);
  }

  private static Map<String, Long> collectMoments(
      TrainingState state, Map<String, INDArray> arrays) {
    Map<String, Long> updates = new TreeMap<>();
    for (Parameter parameter : state.model().parameters()) {
      Optional<Moments> found = state.optimizer().moments(parameter);
      if (found.isPresent()) {
        putMoments(arrays, parameter, found.get());
        updates.put(parameter.name(), found.get().updates());
      }
    }
    return updates;
  }

  private static State describe(
      TrainingState state, Map<String, Long> updates, Map<String, String> config) {
    String version = CheckpointFolder.class.getPackage().getImplementationVersion();
    Map<String, String> texts = new TreeMap<>(config);
    texts.putAll(state.notes());
    return new State(
        State.FORMAT_VERSION,
        Objects.requireNonNullElse(version, "unknown"),
        state.progress(),
        state.context().evaluating(),
        state.optimizer().name(),
        state.model().parameters().stream()
            .filter(Parameter::frozen)
            .map(Parameter::name)
            .collect(Collectors.toSet()),
        updates,
        texts);
  }

  /** Writes the checksums of the complete files, and forces them to the disk. */
  static void writeChecksums(Path folder) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (String name : CHECKED) {
      lines.append(checksum(folder, name));
    }
    Files.writeString(folder.resolve(CHECKSUMS), lines);
    FileTree.force(folder.resolve(CHECKSUMS));
  }

  /**
   * Compares the files with their checksums.
   *
   * @param all whether that of the optimizer too, which is twice as large as the model
   * @throws CheckpointException naming a file that is missing or damaged
   * @throws IllegalArgumentException if a file is a symbolic link
   */
  static void verify(Path folder, boolean all) throws IOException {
    Stream.concat(CHECKED.stream(), Stream.of(CHECKSUMS))
        .map(folder::resolve)
        .forEach(FileTree::requireNoLink);
    for (String name : CHECKED) {
      if (!Files.isRegularFile(folder.resolve(name))) {
        throw new CheckpointException(
            folder + " is not a complete checkpoint: " + name + " is missing");
      }
    }
    Path checksums = folder.resolve(CHECKSUMS);
    String written = Files.readString(checksums, StandardCharsets.ISO_8859_1);
    int read = 0;
    for (String name : CHECKED) {
      boolean taken = name.equals(OPTIMIZER) && !all;
      String line = taken ? lineAt(written, read) : checksum(folder, name);
      if (!written.startsWith(line, read)) {
        throw new CheckpointException(
            "%s is damaged: its SHA-256 is not the one in %s"
                .formatted(folder.resolve(name), checksums));
      }
      read += line.length();
    }
    if (read != written.length()) {
      throw new CheckpointException(checksums + " is damaged: it has more lines than files");
    }
  }

  private static String lineAt(String text, int from) {
    return text.substring(from, Math.max(from, text.indexOf('\n', from) + 1));
  }

  private static String checksum(Path folder, String name) throws IOException {
    return new Sha256().add(folder.resolve(name)).hex() + "  " + name + "\n";
  }

  /** Returns whether a folder contains a checkpoint, or a part of one. */
  static boolean isCheckpoint(Path folder) {
    return CHECKED.stream().anyMatch(name -> Files.isRegularFile(folder.resolve(name)));
  }

  /** Returns the step in the name of a folder, also of one that was renamed or replaced. */
  static OptionalLong stepInName(Path folder) {
    Matcher name = STEP.matcher(String.valueOf(folder.getFileName()));
    return name.matches() ? OptionalLong.of(Long.parseLong(name.group(1))) : OptionalLong.empty();
  }

  static Path parent(Path checkpoint) {
    return Objects.requireNonNullElse(checkpoint.getParent(), Path.of(""));
  }

  /**
   * The content of {@code state.json}.
   *
   * @param formatVersion version of the checkpoint format
   * @param libraryVersion version of the library that wrote it
   * @param progress progress of the run
   * @param context phase and temperature of the next step, and the seed of the run
   * @param optimizer name of the optimizer
   * @param frozen names of frozen parameters
   * @param updates optimizer updates of each parameter that has moments
   * @param config free text of the caller
   */
  record State(
      int formatVersion,
      String libraryVersion,
      Progress progress,
      StepContext context,
      String optimizer,
      Set<String> frozen,
      Map<String, Long> updates,
      Map<String, String> config) {
    static final int FORMAT_VERSION = 3;

    State {
      frozen = Collections.unmodifiableSortedSet(new TreeSet<>(frozen));
      updates = Map.copyOf(updates);
      config = Map.copyOf(config);
      updates.forEach((name, count) -> FieldBound.atLeast("updates." + name, count, 0));
    }

    /** The field that is read before all others. */
    private record Version(int formatVersion) {}

    /** Returns the validation loss; NaN if there is none, or the best checkpoint is not kept. */
    double validLoss() {
      String loss = config.get(TrainingState.VALID_LOSS);
      return loss == null ? Double.NaN : Double.parseDouble(loss);
    }

    /** Writes it and forces it to the disk. */
    void write(Path folder) throws IOException {
      Path file = folder.resolve(CheckpointFiles.STATE);
      Files.write(file, StrictJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
      FileTree.force(file);
    }

    static State read(Path folder) throws IOException {
      Path file = folder.resolve(CheckpointFiles.STATE);
      byte[] json = Files.readAllBytes(file);
      try {
        Version version =
            StrictJson.MAPPER
                .readerFor(Version.class)
                .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .readValue(json);
        if (version.formatVersion() != FORMAT_VERSION) {
          throw new CheckpointException(
              "%s: formatVersion must be %d, was %d"
                  .formatted(file, FORMAT_VERSION, version.formatVersion()));
        }
        return StrictJson.MAPPER.readValue(json, State.class);
      } catch (JsonProcessingException e) {
        throw new CheckpointException(file + " is damaged: " + StrictJson.reason(e), e);
      }
    }
  }
}
