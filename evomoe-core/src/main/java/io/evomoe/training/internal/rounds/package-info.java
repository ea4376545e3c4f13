/**
 * Training in rounds, after DiLoCo (Douillard et al., "DiLoCo: Distributed Low-Communication
 * Training of Language Models", arXiv 2311.08105, algorithm 1). Each worker starts a round from the
 * same parameters, takes its own steps on its share of the data and returns the difference. The
 * coordinator averages the differences and takes one step with the mean. The transport is not part
 * of this package.
 */
@NullMarked
package io.evomoe.training.internal.rounds;

import org.jspecify.annotations.NullMarked;
