/**
 * Counter-based random numbers: every draw is a pure function of a seed and a position, so nothing
 * needs a saved state.
 */
@NullMarked
package io.evomoe.random;

import org.jspecify.annotations.NullMarked;
