/**
 * Training in rounds on Apache Spark, which schedules, moves and retries: {@link
 * io.evomoe.training.rounds} trains.
 */
@NullMarked
package io.evomoe.spark;

import org.jspecify.annotations.NullMarked;
