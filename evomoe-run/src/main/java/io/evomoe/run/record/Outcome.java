package io.evomoe.run.record;

/**
 * What a run gave.
 *
 * @param result for the table and result.json
 * @param recorded its curves
 */
public record Outcome(RunResult result, RecordedRun recorded) {}
