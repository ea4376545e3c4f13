/**
 * EvoMoE's phases: one expert trains, experts are spawned from it, and a temperature makes their
 * gate sparse. {@link io.evomoe.evolution.EvolutionConfig} says when and how; {@link
 * io.evomoe.evolution.EvolvingFeedForward} is the place in a block where it happens. {@code
 * RunBuilder.evolution} shows its use.
 */
@NullMarked
package io.evomoe.evolution;

import org.jspecify.annotations.NullMarked;
