/** The training loop: optimizer, schedules, steps, listeners, checkpoints. */
@NullMarked
package io.evomoe.training;

import org.jspecify.annotations.NullMarked;
