/** EvoMoE's two phases: one expert, the spawn, the temperature. */
@NullMarked
package io.evomoe.evolution;

import org.jspecify.annotations.NullMarked;
