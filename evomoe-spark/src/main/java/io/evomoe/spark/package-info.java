/**
 * Training in rounds on Apache Spark, which schedules, moves and retries work. {@code
 * io.evomoe.training.internal.rounds} trains.
 */
@NullMarked
package io.evomoe.spark;

import org.jspecify.annotations.NullMarked;
