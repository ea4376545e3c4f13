package io.evomoe.training;

import io.evomoe.moe.GateState;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A copy of the gate state of a model before a step, in case the step is skipped. */
final class GateStates implements AutoCloseable {
  private final List<GateState> live;
  private final List<INDArray> copies;

  private GateStates(List<GateState> live) {
    this.live = live;
    this.copies = live.stream().map(state -> state.value().dup()).toList();
  }

  static GateStates of(Model<?> model) {
    return new GateStates(model.state());
  }

  static GateStates none() {
    return new GateStates(List.of());
  }

  void restore() {
    for (int i = 0; i < copies.size(); i++) {
      live.get(i).value().assign(copies.get(i));
    }
  }

  /** Frees the memory of the copies. */
  @Override
  public void close() {
    copies.forEach(INDArray::close);
  }
}
