package io.evomoe.training.checkpoint;

import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.files.Sha256;
import io.evomoe.nn.LoraConfig;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Place.ExpertPlace;
import io.evomoe.step.StepContext;
import io.evomoe.training.CheckpointException;
import io.evomoe.training.DenseWeights;
import io.evomoe.training.Model;
import io.evomoe.training.TrainingState;
import io.evomoe.training.TrainingState.Progress;
import io.evomoe.training.TrainingState.SavedRun;
import io.evomoe.training.internal.tensors.SafeTensors;
import io.evomoe.training.optimizer.Optimizer;
import io.evomoe.training.optimizer.Optimizer.Moments;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A checkpoint that was written by {@link CheckpointFolder}, verified against its checksums. All
 * names, types and shapes are compared before anything is loaded.
 */
public final class Checkpoint implements SavedRun {
  private final Path folder;
  private final CheckpointFiles.State state;
  private volatile boolean verified;

  private Checkpoint(Path folder, CheckpointFiles.State state, boolean verified) {
    this.folder = folder;
    this.state = state;
    this.verified = verified;
  }

  /**
   * Opens a checkpoint and verifies its files.
   *
   * @param folder one {@code step-...} folder
   * @throws CheckpointException if a file is missing, unreadable, damaged or of an unknown format
   *     version. The message names the file
   * @throws IllegalArgumentException if a file is a symbolic link
   */
  public static Checkpoint open(Path folder) {
    return open(folder, true);
  }

  /**
   * Does the same.
   *
   * @param all false to verify the file of the optimizer only before it is read
   */
  static Checkpoint open(Path folder, boolean all) {
    try {
      CheckpointFiles.verify(folder, all);
      CheckpointFiles.State state = CheckpointFiles.State.read(folder);
      requireStepOfItsName(folder, state.progress().step());
      return new Checkpoint(folder, state, all);
    } catch (IOException e) {
      throw new CheckpointException("cannot read checkpoint " + folder + ": " + IoReason.of(e), e);
    }
  }

  /**
   * Checks that a folder named by us contains the step of its name. A folder with another name was
   * renamed on purpose.
   */
  private static void requireStepOfItsName(Path folder, long step) {
    OptionalLong named = CheckpointFiles.stepInName(folder);
    if (named.isPresent() && named.getAsLong() != step) {
      throw new CheckpointException(
          "%s is damaged: its name says step %d, its %s step %d"
              .formatted(folder, named.getAsLong(), CheckpointFiles.STATE, step));
    }
  }

  @Override
  public Path location() {
    return folder;
  }

  /** Returns whether a training was ended with it before its last step, e.g. by early stopping. */
  public boolean isEnd() {
    return state.config().containsKey(TrainingState.ENDED);
  }

  @Override
  public Progress progress() {
    return state.progress();
  }

  @Override
  public StepContext context() {
    return state.context();
  }

  /** Returns the free text of the run and the notes of its callbacks. */
  public Map<String, String> config() {
    return state.config();
  }

  /** Returns the SHA-256 of the file with all parameters and gate states, in hex. */
  public String modelSha256() {
    Path file = modelFile();
    try {
      return new Sha256().add(file).hex();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + IoReason.of(e, file), e);
    }
  }

  /** Returns the names of all parameters and gate states. */
  Set<String> names() {
    return SafeTensors.ask(modelFile(), SafeTensors::names);
  }

  /** Returns whether there is an array of that name with the type and shape of the given one. */
  boolean fits(String name, INDArray array) {
    return SafeTensors.ask(
        modelFile(), tensors -> tensors.names().contains(name) && tensors.fits(name, array));
  }

  private Path modelFile() {
    return folder.resolve(CheckpointFiles.MODEL);
  }

  /**
   * Copies the saved parameters and gate state into a model, which is enough for evaluation. A
   * weight gets its adapter added ({@link io.evomoe.nn.LoraConfig}) if the model has none.
   *
   * @param model model whose experts are spawned if those of the run were
   * @throws CheckpointException if an array is missing, left over, or of another type or shape
   */
  public void loadModel(Model<?> model) {
    requireSameExperts(model);
    load(CheckpointFiles.arrays(model), Set.of());
    if (!trainedPart()) {
      freeze(model);
    }
  }

  /** Returns whether the training changed a part of the weights, for which it froze the others. */
  boolean trainedPart() {
    return state.config().containsKey(TrainingState.PART);
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
    return new DenseCheckpoint(modelFile(), names());
  }

  /**
   * {@inheritDoc}
   *
   * @throws CheckpointException if the optimizer is not the one of the run, or an array is missing,
   *     left over, or of another type or shape; nothing is changed then
   */
  @Override
  public void loadInto(Model<?> model, Optimizer optimizer) {
    requireSameExperts(model);
    Map<Parameter, Moments> moments = moments(model.parameters(), optimizer);
    Map<String, INDArray> read = new LinkedHashMap<>();
    moments.forEach((parameter, own) -> CheckpointFiles.putMoments(read, parameter, own));
    requireNoOthers(folder.resolve(CheckpointFiles.OPTIMIZER), read.keySet(), Set.of());
    loadModel(model);
    freeze(model);
    moments.forEach(optimizer::restore);
  }

  /**
   * Returns the moments of each parameter that has some in the checkpoint.
   *
   * @throws CheckpointException if the optimizer is not the one of the run, or an array is missing
   *     or of another type or shape
   */
  Map<Parameter, Moments> moments(List<Parameter> parameters, Optimizer optimizer) {
    if (!state.optimizer().equals(optimizer.name())) {
      throw new CheckpointException(
          "%s has the state of optimizer %s, which %s cannot take: resume it with %s (an optimizer of a program must be passed again), or load the weights alone"
              .formatted(folder, state.optimizer(), optimizer.name(), state.optimizer()));
    }
    if (!verified) {
      verified = open(folder, true).verified;
    }
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    Map<Parameter, Moments> moments = new LinkedHashMap<>();
    for (Parameter parameter : parameters) {
      Long updates = state.updates().get(parameter.name());
      if (updates != null) {
        Moments zeros = optimizer.zeros(parameter, updates);
        moments.put(parameter, zeros);
        CheckpointFiles.putMoments(arrays, parameter, zeros);
      }
    }
    SafeTensors.ask(
        folder.resolve(CheckpointFiles.OPTIMIZER), tensors -> tensors.readAllInto(arrays));
    return moments;
  }

  /**
   * Checks the number of experts before names are compared, because the list of names would be too
   * long.
   */
  void requireSameExperts(Model<?> model) {
    Map<String, ExpertPlace> lastOfLayers = new LinkedHashMap<>();
    model.parameters().stream()
        .flatMap(parameter -> parameter.place().expert().stream())
        .forEach(expert -> lastOfLayers.merge(expert.layer(), expert, Checkpoint::later));
    Set<String> names = names();
    lastOfLayers.forEach(
        (layer, last) -> {
          int found = 0;
          while (names.contains(last.of(found))) {
            found++;
          }
          if (found > 0 && found != last.number() + 1) {
            throw new CheckpointException(
                "%s has %d experts in layer %s, the model has %d: convert the checkpoint first"
                    .formatted(modelFile(), found, layer, last.number() + 1));
          }
        });
  }

  private static ExpertPlace later(ExpertPlace a, ExpertPlace b) {
    return a.number() < b.number() ? b : a;
  }

  /**
   * Loads arrays of the model, after all names, types and shapes were compared.
   *
   * @param unused names in the file that are not needed
   */
  void load(Map<String, INDArray> arrays, Set<String> unused) {
    Set<String> names = names();
    Map<String, List<String>> adapters = new LinkedHashMap<>();
    for (String name : arrays.keySet()) {
      List<String> adapter = LoraConfig.adapterOf(name);
      if (names.containsAll(adapter) && !arrays.keySet().containsAll(adapter)) {
        adapters.put(name, adapter);
      }
    }
    Set<String> others = new LinkedHashSet<>(unused);
    adapters.values().forEach(others::addAll);
    requireNoOthers(modelFile(), arrays.keySet(), others);
    SafeTensors.ask(
        modelFile(),
        tensors -> {
          tensors.readAllInto(arrays);
          double scale = Double.parseDouble(state.config().getOrDefault(TrainingState.PART, "0"));
          for (Map.Entry<String, List<String>> adapter : adapters.entrySet()) {
            try (INDArray a = tensors.read(adapter.getValue().get(0));
                INDArray b = tensors.read(adapter.getValue().get(1));
                INDArray change = a.mmul(b)) {
              Objects.requireNonNull(arrays.get(adapter.getKey())).addi(change.muli(scale));
            }
          }
          return adapters;
        });
  }

  private static void requireNoOthers(Path file, Set<String> names, Set<String> unused) {
    Set<String> extra = new LinkedHashSet<>(SafeTensors.ask(file, SafeTensors::names));
    extra.removeAll(names);
    extra.removeAll(unused);
    if (!extra.isEmpty()) {
      throw new CheckpointException(file + ": the model does not have the tensors " + extra);
    }
  }
}
