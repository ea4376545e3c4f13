package io.evomoe.training.checkpoint;

import io.evomoe.moe.Gate.GateState;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Place;
import io.evomoe.nn.Place.ExpertPlace;
import io.evomoe.step.StepContext;
import io.evomoe.training.CheckpointException;
import io.evomoe.training.Model;
import io.evomoe.training.TrainingState.Progress;
import io.evomoe.training.TrainingState.SavedRun;
import io.evomoe.training.optimizer.Optimizer;
import io.evomoe.training.optimizer.Optimizer.Moments;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Starts a new run from another run's weights, gate arrays and, if selected, optimizer moments.
 * Steps, tokens and the seed are those of the new run.
 *
 * <p>With another gate, arrays with the same name and shape are loaded. The other arrays of the new
 * gate keep their initial values.
 *
 * @param from verified checkpoint of another run
 * @param sameGate whether the new run has the gate of that run, so that all its arrays must exist
 * @param moments whether the optimizer's moments are loaded with the parameters
 * @param spawned whether the new run's experts count as spawned, so that they are never spawned
 *     again
 * @param context phase and temperature of the new run's first step, and its seed
 * @param taken receives the names of the new gate's arrays that were in the checkpoint
 * @param made receives the names of the new gate's arrays that were missing in the checkpoint or
 *     had another shape
 * @param left receives the names of the checkpoint's gate arrays that the new gate does not use
 */
public record CheckpointStart(
    Checkpoint from,
    boolean sameGate,
    boolean moments,
    boolean spawned,
    StepContext context,
    Set<String> taken,
    Set<String> made,
    Set<String> left)
    implements SavedRun {
  /** Creates the start of a run. */
  public CheckpointStart(
      Checkpoint from, boolean sameGate, boolean moments, boolean spawned, StepContext context) {
    this(
        from,
        sameGate,
        moments,
        spawned,
        context,
        new TreeSet<>(),
        new TreeSet<>(),
        new TreeSet<>());
  }

  @Override
  public Path location() {
    return from.location();
  }

  @Override
  public Progress progress() {
    return spawned ? Progress.START.afterSpawn() : Progress.START;
  }

  /**
   * Copies the arrays of the checkpoint.
   *
   * @throws CheckpointException if an array is missing, left over, or of another type or shape,
   *     except for those of another gate; neither model nor optimizer is changed then
   */
  @Override
  public void loadInto(Model<?> model, Optimizer optimizer) {
    from.requireSameExperts(model);
    Map<String, INDArray> arrays = CheckpointFiles.arrays(model);
    model.parameters().stream()
        .filter(parameter -> parameter.role() == Parameter.Role.ADAPTER)
        .forEach(adapter -> arrays.remove(adapter.name()));
    if (!sameGate) {
      compareGates(model, arrays);
      arrays.keySet().removeAll(made);
      left.removeAll(arrays.keySet());
    }
    Map<Parameter, Moments> kept =
        moments
            ? from.moments(
                model.parameters().stream().filter(p -> arrays.containsKey(p.name())).toList(),
                optimizer)
            : Map.of();
    from.load(arrays, left);
    if (sameGate && !from.trainedPart()) {
      from.freeze(model);
    }
    kept.forEach(optimizer::restore);
  }

  private void compareGates(Model<?> model, Map<String, INDArray> arrays) {
    Set<String> ofGates =
        Stream.concat(
                model.parameters().stream().map(Parameter::place).filter(Place::ofGate),
                model.state().stream().map(GateState::place))
            .map(Place::name)
            .collect(Collectors.toSet());
    arrays.forEach(
        (name, value) -> {
          if (ofGates.contains(name)) {
            (from.fits(name, value) ? taken : made).add(name);
          }
        });
    List<String> gates = gates(model);
    from.names().stream()
        .filter(name -> gates.stream().anyMatch(gate -> (name + ".").startsWith(gate)))
        .forEach(left::add);
  }

  /** Returns the beginning of the names of each gate's arrays. */
  private static List<String> gates(Model<?> model) {
    return model.parameters().stream()
        .flatMap(parameter -> parameter.place().expert().stream())
        .map(ExpertPlace::layer)
        .distinct()
        .map(layer -> layer.isEmpty() ? "gate." : layer + ".gate.")
        .toList();
  }
}
