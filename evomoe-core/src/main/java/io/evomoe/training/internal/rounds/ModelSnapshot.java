package io.evomoe.training.internal.rounds;

import io.evomoe.moe.Gate.GateState;
import io.evomoe.nn.Parameter;
import io.evomoe.step.StepContext;
import io.evomoe.training.Model;
import io.evomoe.training.TrainingState;
import io.evomoe.training.TrainingState.Progress;
import io.evomoe.training.TrainingState.SavedRun;
import io.evomoe.training.optimizer.Optimizer;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The start of a round for every worker: parameters and gate states, without moments. Float32, on
 * the heap.
 */
public final class ModelSnapshot implements Serializable {
  private static final long serialVersionUID = 1;

  private final Map<String, float[]> parameters = new LinkedHashMap<>();
  private final Map<String, double[]> states = new LinkedHashMap<>();
  private final Set<String> frozen = new LinkedHashSet<>();
  private final Progress progress;
  private transient long received;

  private ModelSnapshot(Progress progress) {
    this.progress = progress;
  }

  /** Returns a copy of a run between two steps. */
  public static ModelSnapshot of(TrainingState state) {
    ModelSnapshot copy = new ModelSnapshot(state.progress());
    for (Parameter parameter : state.model().parameters()) {
      copy.parameters.put(parameter.name(), Flat.floats(parameter.value()));
      if (parameter.frozen()) {
        copy.frozen.add(parameter.name());
      }
    }
    for (GateState gate : state.model().state()) {
      copy.states.put(gate.name(), Flat.doubles(gate.value()));
    }
    return copy;
  }

  /** Returns the progress of the run. */
  public Progress progress() {
    return progress;
  }

  /** Returns the bytes of the arrays that were received with this copy, or 0 if it was not sent. */
  public long received() {
    return received;
  }

  /** Returns the values of a parameter, which must not be changed. */
  float[] values(String parameter) {
    return Objects.requireNonNull(parameters.get(parameter), parameter);
  }

  /**
   * Returns the snapshot as a run to continue.
   *
   * @param context context of the next step, with the seed of the continuing run
   */
  SavedRun asRun(StepContext context) {
    return new Saved(this, context);
  }

  private void loadInto(Model<?> model) {
    for (Parameter parameter : model.parameters()) {
      Flat.assign(parameter.value(), values(parameter.name()));
      if (frozen.contains(parameter.name())) {
        parameter.freeze();
      }
    }
    for (GateState state : model.state()) {
      Flat.assign(state.value(), Objects.requireNonNull(states.get(state.name()), state.name()));
    }
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    received = WireFormat.F32.bytes(parameters, states);
  }

  private record Saved(ModelSnapshot start, StepContext context) implements SavedRun {
    @Override
    public Path location() {
      return Path.of("the start of the round");
    }

    @Override
    public Progress progress() {
      return start.progress;
    }

    @Override
    public void loadInto(Model<?> model, Optimizer optimizer) {
      start.loadInto(model);
    }
  }

  /** Converts arrays to heap arrays in C order and back. */
  static final class Flat {
    private Flat() {}

    static float[] floats(INDArray array) {
      return dense(array).data().asFloat();
    }

    static double[] doubles(INDArray array) {
      return dense(array).data().asDouble();
    }

    private static INDArray dense(INDArray array) {
      return array.ordering() == 'c' && !array.isView() ? array : array.dup('c');
    }

    static void assign(INDArray array, float[] values) {
      assign(array, () -> Nd4j.createFromArray(values));
    }

    static void assign(INDArray array, double[] values) {
      assign(array, () -> Nd4j.createFromArray(values));
    }

    private static void assign(INDArray array, Supplier<INDArray> values) {
      try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces();
          INDArray copy = values.get()) {
        array.assign(copy.castTo(array.dataType()).reshape('c', array.shape()));
      }
    }
  }
}
