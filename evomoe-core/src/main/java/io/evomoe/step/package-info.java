/**
 * What a training step is told: which step, phase and temperature it is, and from which seed it
 * draws.
 */
@NullMarked
package io.evomoe.step;

import org.jspecify.annotations.NullMarked;
