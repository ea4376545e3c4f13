package io.evomoe.run.record;

/**
 * A change of the training data when a run was resumed.
 *
 * @param step last step with the data before
 * @param before files and folders of the data before
 * @param after files and folders of the data since then
 */
public record DataChange(long step, String before, String after) {}
