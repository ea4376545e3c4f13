/**
 * Records of runs. {@link io.evomoe.run.record.RecordedRun} is a run's curve with one row per step,
 * and {@link io.evomoe.run.record.RunResult} its result. {@link io.evomoe.run.record.CurveFile}
 * stores the curve, {@link io.evomoe.run.record.StepFile} the log of each step. A {@link
 * io.evomoe.run.record.RunWatcher} is called for each recorded step.
 */
@NullMarked
package io.evomoe.run.record;

import org.jspecify.annotations.NullMarked;
