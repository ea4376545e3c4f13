/**
 * Counter-based random numbers. Every draw is a pure function of a seed and a position, so there is
 * no state to save.
 */
@NullMarked
package io.evomoe.random;

import org.jspecify.annotations.NullMarked;
