package io.evomoe.training.checkpoint;

import io.evomoe.internal.files.IoReason;
import io.evomoe.nn.ExpertPlace;
import io.evomoe.nn.Parameter;
import io.evomoe.step.StepContext;
import io.evomoe.training.DenseWeights;
import io.evomoe.training.Model;
import io.evomoe.training.Progress;
import io.evomoe.training.SavedRun;
import io.evomoe.training.optimizer.Moments;
import io.evomoe.training.optimizer.Optimizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A checkpoint that was written by {@link CheckpointFolder}, verified against its checksums. All
 * names, types and shapes are compared before anything is loaded.
 */
public final class Checkpoint implements SavedRun {
  private final Path folder;
  private final CheckpointState state;

  private Checkpoint(Path folder, CheckpointState state) {
    this.folder = folder;
    this.state = state;
  }

  /**
   * Opens a checkpoint and verifies its files.
   *
   * @param folder one {@code step-...} folder
   * @throws CheckpointException if a file is missing, unreadable, damaged or of an unknown format
   *     version. The message names the file and, if possible, the tensor
   * @throws IllegalArgumentException if a file is a symbolic link
   */
  public static Checkpoint open(Path folder) {
    CheckpointFiles.requireNoLinks(folder);
    Optional<String> missing = CheckpointFiles.missing(folder);
    if (missing.isPresent()) {
      throw new CheckpointException(
          folder + " is not a complete checkpoint: " + missing.get() + " is missing");
    }
    try {
      CheckpointState state = CheckpointState.read(folder);
      requireStepOfItsName(folder, state);
      for (String name : CheckpointFiles.CHECKED) {
        requireWhole(folder.resolve(name), state.files().get(name));
      }
      return new Checkpoint(folder, state);
    } catch (IOException e) {
      throw new CheckpointException("cannot read checkpoint " + folder + ": " + IoReason.of(e), e);
    }
  }

  /**
   * Checks that a folder named by us contains the step of its name. A folder with another name was
   * renamed on purpose.
   */
  private static void requireStepOfItsName(Path folder, CheckpointState state) {
    OptionalLong named = CheckpointFiles.stepInName(folder);
    if (named.isPresent() && named.getAsLong() != state.step()) {
      throw new CheckpointException(
          "%s is damaged: its name says step %d, its %s step %d"
              .formatted(folder, named.getAsLong(), CheckpointState.FILE, state.step()));
    }
  }

  private static void requireWhole(Path file, @Nullable FileChecksums written) throws IOException {
    if (written == null) {
      throw new CheckpointException(
          file.resolveSibling(CheckpointState.FILE) + " has no checksum of " + file.getFileName());
    }
    Optional<String> damage = written.damage(file);
    if (damage.isPresent()) {
      throw new CheckpointException(damage.get());
    }
  }

  @Override
  public Path location() {
    return folder;
  }

  /** Returns whether a training was ended with it before its last step, e.g. by early stopping. */
  public boolean isEnd() {
    return new BestCheckpoint(CheckpointFiles.parent(folder)).isEnd(folder);
  }

  @Override
  public Progress progress() {
    return state.progress();
  }

  @Override
  public StepContext context() {
    return state.context();
  }

  @Override
  public long seed() {
    return state.seed();
  }

  /** Returns the free text of the run and the notes of its callbacks. */
  public Map<String, String> config() {
    return state.config();
  }

  /** Returns the SHA-256 of the file with all parameters and gate states, in hex. */
  public String modelSha256() {
    return Objects.requireNonNull(state.files().get(CheckpointFiles.MODEL)).sha256();
  }

  /** Returns the number of optimizer updates by the name of each parameter that has moments. */
  Map<String, Long> updates() {
    return state.updates();
  }

  /** Returns the names of all parameters and gate states. */
  Set<String> names() {
    return file(CheckpointFiles.MODEL).names();
  }

  /** Returns whether there is an array of that name with the type and shape of the given one. */
  boolean fits(String name, INDArray array) {
    return file(CheckpointFiles.MODEL)
        .ask(tensors -> tensors.names().contains(name) && tensors.fits(name, array));
  }

  private TensorFile file(String name) {
    return new TensorFile(folder.resolve(name));
  }

  /** Returns the version of the library that wrote it. */
  public String libraryVersion() {
    return state.libraryVersion();
  }

  /**
   * Copies the saved parameters and gate state into a model, which is enough for evaluation.
   *
   * @param model model whose experts are spawned if those of the run were
   * @throws CheckpointException if an array is missing, left over, or of another type or shape
   */
  public void loadModel(Model<?> model) {
    requireSameExperts(model);
    load(model);
  }

  private void load(Model<?> model) {
    Map<String, INDArray> arrays = CheckpointFiles.arrays(model);
    requireFit(CheckpointFiles.MODEL, arrays, Set.of());
    read(CheckpointFiles.MODEL, arrays);
    freeze(model);
  }

  /** Returns the names of frozen parameters, in order. */
  public List<String> frozen() {
    return List.copyOf(state.frozen());
  }

  /** Freezes the parameters that were frozen. */
  void freeze(Model<?> model) {
    model.parameters().stream()
        .filter(parameter -> state.frozen().contains(parameter.name()))
        .forEach(Parameter::freeze);
  }

  /**
   * Returns the parameters of a run without experts, to initialise another run.
   *
   * @throws IllegalArgumentException if the run has several experts
   */
  public DenseWeights dense() {
    return new DenseCheckpoint(folder.resolve(CheckpointFiles.MODEL));
  }

  /**
   * {@inheritDoc}
   *
   * @throws CheckpointException if the optimizer is not the one of the run, or an array is missing,
   *     left over, or of another type or shape; nothing is changed then
   */
  @Override
  public void loadInto(Model<?> model, Optimizer optimizer) {
    requireOptimizer(optimizer);
    Map<Parameter, Moments> moments = new LinkedHashMap<>();
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    for (Parameter parameter : model.parameters()) {
      Long updates = state.updates().get(parameter.name());
      if (updates != null) {
        Moments fresh = optimizer.zeros(parameter, updates);
        moments.put(parameter, fresh);
        CheckpointFiles.putMoments(arrays, parameter, fresh);
      }
    }
    requireSameExperts(model);
    requireFit(CheckpointFiles.OPTIMIZER, arrays, Set.of());
    load(model);
    read(CheckpointFiles.OPTIMIZER, arrays);
    moments.forEach(optimizer::restore);
  }

  void requireOptimizer(Optimizer optimizer) {
    state.requireOptimizer(optimizer, folder);
  }

  /**
   * Checks the number of experts before names are compared, because the list of names would be too
   * long.
   */
  void requireSameExperts(Model<?> model) {
    TensorFile file = file(CheckpointFiles.MODEL);
    Set<String> names = file.names();
    Map<String, Integer> wanted = new LinkedHashMap<>();
    Map<String, Integer> found = new LinkedHashMap<>();
    for (Parameter parameter : model.parameters()) {
      ExpertPlace expert = parameter.place().expert().orElse(null);
      if (expert != null) {
        wanted.merge(expert.layer(), expert.number() + 1, Math::max);
      }
      // Each part occurs once per expert, so the parts of one expert give the number of experts.
      if (expert != null && expert.number() == 0) {
        int there = 0;
        while (names.contains(expert.of(there))) {
          there++;
        }
        found.merge(expert.layer(), there, Math::max);
      }
    }
    wanted.forEach(
        (layer, experts) -> requireSame(file.path(), layer, experts, found.getOrDefault(layer, 0)));
  }

  private static void requireSame(Path file, String layer, int experts, int found) {
    if (found > 0 && found != experts) {
      throw new CheckpointException(
          "%s has %d experts in layer %s, the model has %d: convert the checkpoint first"
              .formatted(file, found, layer, experts));
    }
  }

  /**
   * Checks all names, types and shapes before anything is read.
   *
   * @param unused names in the file that are not needed
   */
  void requireFit(String name, Map<String, INDArray> arrays, Set<String> unused) {
    TensorFile file = file(name);
    Set<String> extra = file.ask(tensors -> new LinkedHashSet<>(tensors.names()));
    extra.removeAll(arrays.keySet());
    extra.removeAll(unused);
    if (!extra.isEmpty()) {
      throw new CheckpointException(
          file.path() + ": the model does not have the tensors " + extra + earlierPlacement(extra));
    }
    file.forEach(arrays, SafeTensors::requireFit);
  }

  /** Explains left-over tensors that are norms of layers that no longer have them. */
  private static String earlierPlacement(Set<String> extra) {
    return extra.stream().allMatch(name -> name.contains(".feedForwardNorm."))
        ? ", which layers of gates base and stablemoe had before they took the stream itself: train"
            + " the run anew"
        : "";
  }

  void read(String name, Map<String, INDArray> arrays) {
    file(name).forEach(arrays, SafeTensors::readInto);
  }
}
