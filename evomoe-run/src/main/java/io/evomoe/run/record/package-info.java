/**
 * What a run writes down. {@link io.evomoe.run.record.RecordedRun} is its curve, a row a step, and
 * {@link io.evomoe.run.record.RunResult} what it came to. {@link io.evomoe.run.record.CurveFile} is
 * the curve on the disk.
 */
@NullMarked
package io.evomoe.run.record;

import org.jspecify.annotations.NullMarked;
