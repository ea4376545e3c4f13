/**
 * The phases of EvoMoE. One expert is trained, several experts are spawned from it, and a
 * temperature makes their gate sparse. {@link io.evomoe.evolution.EvolutionConfig} sets when and
 * how. {@link io.evomoe.evolution.EvolvingFeedForward} is the layer of a block that evolves. {@code
 * RunBuilder.evolution} configures it.
 */
@NullMarked
package io.evomoe.evolution;

import org.jspecify.annotations.NullMarked;
