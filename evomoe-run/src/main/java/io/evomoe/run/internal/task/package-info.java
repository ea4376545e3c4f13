/**
 * The tasks: their data, models and presets, the training of a run, and the measurement of a
 * trained model.
 */
@NullMarked
package io.evomoe.run.internal.task;

import org.jspecify.annotations.NullMarked;
