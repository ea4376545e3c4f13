/**
 * The tasks: their data, models, sizes that are known to work, and how a trained model is measured.
 */
@NullMarked
package io.evomoe.bench.task;

import org.jspecify.annotations.NullMarked;
