/**
 * Training in rounds, after DiLoCo (Douillard et al., "DiLoCo: Distributed Low-Communication
 * Training of Language Models", arXiv 2311.08105, algorithm 1): each worker starts a round from the
 * same parameters, takes steps of its own on its share of the data and returns the difference; the
 * coordinator averages the differences and takes one step with them. What moves the bytes is not
 * here.
 */
@NullMarked
package io.evomoe.training.internal.rounds;

import org.jspecify.annotations.NullMarked;
