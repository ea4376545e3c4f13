package io.evomoe.gates;

import io.evomoe.moe.GateState;
import io.evomoe.nn.Scope;
import io.evomoe.step.StepContext;
import java.util.List;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Numbers of a gate that no gradient moves but each training step does, once, by what its passes
 * counted.
 *
 * <p>A forward pass only reads ({@link #at}); a gate's pullback, which runs once for each pass that
 * trains, adds its counts ({@link #count}). The value moves when a pass of a later step, or of an
 * evaluation, reads it. So all micro-batches of a step see one value and move it together, and a
 * forward pass that is done again moves nothing. All of it is in {@link #state()}.
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
   * A value before the first step.
   *
   * @param scope of the value; along its axis of experts, if it has one, are the counts as well
   * @param steps the same scope without such an axis
   * @param counts how many numbers a pass counts
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

  /** A value, named in the gate's scope, before the first step. */
  static SteppedValue of(Scope gate, String name, double start, int counts, Rule rule) {
    Scope scope = gate.child(name);
    return new SteppedValue(scope, scope, new double[] {start}, counts, rule);
  }

  /** A value for each expert, zero before the first step; a pass counts a number for each. */
  static SteppedValue ofExperts(Scope gate, String name, int experts, Rule rule) {
    Scope scope = gate.child(name);
    return new SteppedValue(scope.alongExperts(0), scope, new double[experts], experts, rule);
  }

  /** How a step moves the value. */
  @FunctionalInterface
  interface Rule {

    /**
     * The value after a step.
     *
     * @param value before it, not to be changed
     * @param counts sums over the passes of the step
     */
    double[] next(double[] value, double[] counts);
  }

  /** The value for a pass at that time. */
  double[] at(StepContext context) {
    boolean stepIsOpen = context.training() && context.step() == countedStep();
    return stepIsOpen ? value.toDoubleVector() : settled();
  }

  /** Adds what a pass counted; nothing in evaluation. */
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

  /** Value, counts and the step they are of, for a checkpoint. */
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
