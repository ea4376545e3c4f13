package io.evomoe.gates;

import io.evomoe.moe.Gate.GateState;
import io.evomoe.nn.Scope;
import io.evomoe.step.StepContext;
import java.util.List;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Numbers of a gate that no gradient changes. Each training step changes them once, by the counts
 * of its passes.
 *
 * <p>A forward pass only reads ({@link #at}). A gate's pullback, which runs once for each training
 * pass, adds its counts ({@link #count}). The value changes when a pass of a later step, or of an
 * evaluation, reads it. So all micro-batches of a step see one value and change it together. A
 * repeated forward pass changes nothing. Everything is saved in {@link #state()}.
 */
final class SteppedValue {
  private static final long NEVER = -1;

  private final Scope scope;
  private final Scope steps;
  private final Rule rule;
  private final INDArray value;
  private final INDArray counts;
  private final INDArray countedStep;

  /**
   * Creates a value before the first step.
   *
   * @param scope scope of the value; if it has an axis of experts, the counts have it too
   * @param steps the same scope without such an axis
   * @param counts number of counts per pass
   */
  private SteppedValue(Scope scope, Scope steps, double[] start, int counts, Rule rule) {
    this.scope = scope;
    this.steps = steps;
    this.rule = rule;
    try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      this.value = Nd4j.createFromArray(start);
      this.counts = Nd4j.createFromArray(new double[counts]);
      this.countedStep = Nd4j.createFromArray(NEVER);
    }
  }

  /** Creates a value, named in the gate's scope, before the first step. */
  static SteppedValue of(Scope gate, String name, double start, int counts, Rule rule) {
    Scope scope = gate.child(name);
    return new SteppedValue(scope, scope, new double[] {start}, counts, rule);
  }

  /**
   * Creates a value for each expert, zero before the first step. A pass has one count for each
   * expert.
   */
  static SteppedValue ofExperts(Scope gate, String name, int experts, Rule rule) {
    Scope scope = gate.child(name);
    return new SteppedValue(scope.alongExperts(0), scope, new double[experts], experts, rule);
  }

  /** The change of the value in a step. */
  @FunctionalInterface
  interface Rule {

    /**
     * Returns the value after a step.
     *
     * @param value value before it, not to be changed
     * @param counts sums over the passes of the step
     */
    double[] next(double[] value, double[] counts);
  }

  /** Returns the value for a pass in that context. */
  double[] at(StepContext context) {
    boolean stepIsOpen = context.training() && context.step() == countedStep();
    return stepIsOpen ? value.toDoubleVector() : settled();
  }

  /** Adds the counts of a pass. Does nothing in evaluation. */
  void count(StepContext context, double[] more) {
    if (!context.training()) {
      return;
    }
    if (context.step() != countedStep()) {
      write(value, settled());
      write(counts, new double[more.length]);
      countedStep.assign(context.step());
    }
    double[] sums = counts.toDoubleVector();
    for (int i = 0; i < sums.length; i++) {
      sums[i] += more[i];
    }
    write(counts, sums);
  }

  /** Returns value, counts and their step, for a checkpoint. */
  List<GateState> state() {
    return List.of(
        new GateState(scope.place(""), value),
        new GateState(scope.place("counts"), counts),
        new GateState(steps.place("step"), countedStep));
  }

  private double[] settled() {
    double[] before = value.toDoubleVector();
    return countedStep() == NEVER ? before : rule.next(before, counts.toDoubleVector());
  }

  private long countedStep() {
    return countedStep.getLong(0);
  }

  private static void write(INDArray array, double[] values) {
    for (int i = 0; i < values.length; i++) {
      array.putScalar(i, values[i]);
    }
  }
}
