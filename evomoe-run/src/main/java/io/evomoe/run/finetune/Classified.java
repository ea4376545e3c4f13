package io.evomoe.run.finetune;

/**
 * The predicted class of a text.
 *
 * @param label name of the class
 * @param probability predicted probability, in 0..1
 * @param cut whether the text was truncated to {@link Classifier#limit} tokens
 */
public record Classified(String label, double probability, boolean cut) {}
