package io.evomoe.run.finetune;

/**
 * The class of a text.
 *
 * @param label its name
 * @param probability that the network gives it, in 0..1
 * @param cut whether the text had more tokens than {@link Classifier#limit}, and the last ones were
 *     left out
 */
public record Classified(String label, double probability, boolean cut) {}
