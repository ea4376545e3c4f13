/** The context of a training step: its number, phase, temperature and seed. */
@NullMarked
package io.evomoe.step;

import org.jspecify.annotations.NullMarked;
