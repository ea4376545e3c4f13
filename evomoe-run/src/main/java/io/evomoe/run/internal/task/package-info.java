/**
 * The tasks: their data, models, sizes that are known to work, one training run of each, and how a
 * trained model is measured.
 */
@NullMarked
package io.evomoe.run.internal.task;

import org.jspecify.annotations.NullMarked;
