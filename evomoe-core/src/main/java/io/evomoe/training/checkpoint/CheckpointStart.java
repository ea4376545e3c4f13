package io.evomoe.training.checkpoint;

import io.evomoe.moe.GateState;
import io.evomoe.nn.ExpertPlace;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Place;
import io.evomoe.step.StepContext;
import io.evomoe.training.Model;
import io.evomoe.training.Progress;
import io.evomoe.training.SavedRun;
import io.evomoe.training.optimizer.Moments;
import io.evomoe.training.optimizer.Optimizer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The start of a new run from what another one has saved: its weights, its gates' arrays and, where
 * asked, the optimizer's moments. Steps, tokens and the seed are those of the new run.
 *
 * <p>With another gate, what that gate keeps under a name and in a shape that the checkpoint has is
 * taken; the rest of it begins as new.
 */
public final class CheckpointStart implements SavedRun {
  private final Checkpoint from;
  private final boolean sameGate;
  private final boolean moments;
  private final boolean spawned;
  private final StepContext context;
  private final long seed;
  private final Set<String> taken = new TreeSet<>();
  private final Set<String> made = new TreeSet<>();
  private final Set<String> left = new TreeSet<>();

  /**
   * A start.
   *
   * @param from another run, verified
   * @param sameGate whether the new run has the gate of that run, so that all of it must be there
   * @param moments whether the optimizer's moments are taken over with the parameters
   * @param spawned whether the new run's experts count as spawned, so that they never are again
   * @param context phase and temperature of the new run's first step
   * @param seed of the new run
   */
  public CheckpointStart(
      Checkpoint from,
      boolean sameGate,
      boolean moments,
      boolean spawned,
      StepContext context,
      long seed) {
    this.from = from;
    this.sameGate = sameGate;
    this.moments = moments;
    this.spawned = spawned;
    this.context = context;
    this.seed = seed;
  }

  @Override
  public Path location() {
    return from.location();
  }

  @Override
  public Progress progress() {
    return spawned ? Progress.START.afterSpawn() : Progress.START;
  }

  @Override
  public StepContext context() {
    return context;
  }

  @Override
  public long seed() {
    return seed;
  }

  /** Names of the other gate's arrays that the checkpoint has. */
  public Set<String> taken() {
    return Set.copyOf(taken);
  }

  /** Names of the other gate's arrays that the checkpoint has not, or in another shape. */
  public Set<String> made() {
    return Set.copyOf(made);
  }

  /** Names of arrays of the checkpoint's gate that the other gate does not take. */
  public Set<String> left() {
    return Set.copyOf(left);
  }

  /**
   * Copies what the checkpoint has.
   *
   * @throws CheckpointException if an array is missing, left over, or of another type or shape, but
   *     for those of another gate; then neither model nor optimizer is changed
   */
  @Override
  public void loadInto(Model<?> model, Optimizer optimizer) {
    from.requireSameExperts(model);
    Map<String, INDArray> arrays = CheckpointFiles.arrays(model);
    if (!sameGate) {
      arrays.keySet().removeAll(notThere(model));
      left.addAll(gatesAmong(from.names(), model));
      left.removeAll(arrays.keySet());
    }
    from.requireFit(CheckpointFiles.MODEL, arrays, left);
    Map<Parameter, Moments> kept = moments ? moments(model, optimizer, arrays) : Map.of();
    from.read(CheckpointFiles.MODEL, arrays);
    if (sameGate) {
      from.freeze(model);
    }
    kept.forEach(optimizer::restore);
  }

  /** Arrays of gates that begin as new. */
  private Set<String> notThere(Model<?> model) {
    Map<String, INDArray> ofGates = new LinkedHashMap<>();
    for (Parameter parameter : model.parameters()) {
      if (parameter.place().ofGate()) {
        ofGates.put(parameter.name(), parameter.value());
      }
    }
    for (GateState state : model.state()) {
      ofGates.put(state.name(), state.value());
    }
    ofGates.forEach((name, value) -> (from.fits(name, value) ? taken : made).add(name));
    return made;
  }

  /** The names that are of a gate in a layer with experts. */
  private static Set<String> gatesAmong(Set<String> names, Model<?> model) {
    List<String> gates =
        model.parameters().stream()
            .map(Parameter::place)
            .map(Place::expert)
            .flatMap(expert -> expert.map(ExpertPlace::layer).stream())
            .distinct()
            .map(layer -> layer.isEmpty() ? "gate" : layer + ".gate")
            .toList();
    return names.stream()
        .filter(
            name ->
                gates.stream().anyMatch(gate -> name.equals(gate) || name.startsWith(gate + ".")))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Read before anything is put in place, so that a file that does not fit changes nothing. */
  private Map<Parameter, Moments> moments(
      Model<?> model, Optimizer optimizer, Map<String, INDArray> loaded) {
    from.requireOptimizer(optimizer);
    Map<Parameter, Moments> kept = new LinkedHashMap<>();
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    for (Parameter parameter : model.parameters()) {
      Long updates = from.updates().get(parameter.name());
      if (updates != null && loaded.containsKey(parameter.name())) {
        Moments fresh = optimizer.zeros(parameter, updates);
        kept.put(parameter, fresh);
        CheckpointFiles.putMoments(arrays, parameter, fresh);
      }
    }
    from.read(CheckpointFiles.OPTIMIZER, arrays);
    return kept;
  }
}
