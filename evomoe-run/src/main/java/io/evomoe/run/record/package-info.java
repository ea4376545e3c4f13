/**
 * What a run writes down. {@link io.evomoe.run.record.RecordedRun} is its curve, a row a step, and
 * {@link io.evomoe.run.record.RunResult} what it came to. {@link io.evomoe.run.record.CurveFile} is
 * the curve on the disk, {@link io.evomoe.run.record.StepFile} the log of all that is known of each
 * step. A {@link io.evomoe.run.record.RunWatcher} is told of each step as it is recorded.
 */
@NullMarked
package io.evomoe.run.record;

import org.jspecify.annotations.NullMarked;
