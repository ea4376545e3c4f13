/**
 * Files of runs. {@link io.evomoe.run.record.StepFile} is the log of each {@linkplain
 * io.evomoe.training.StepRecord step}, and {@link io.evomoe.run.record.CurveFile} its most used
 * columns. {@link io.evomoe.run.record.RunResult} is the result of a run.
 */
@NullMarked
package io.evomoe.run.record;

import org.jspecify.annotations.NullMarked;
