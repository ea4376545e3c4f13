/**
 * Classifiers. {@link io.evomoe.run.finetune.FineTuning} trains one from a pre-trained run and
 * labelled texts. {@link io.evomoe.run.finetune.Classifier} opens its folder and predicts the class
 * of a text with its probability. It also measures itself on labelled texts ({@link
 * io.evomoe.run.record.FineTuned.ClassEvaluation}).
 */
@NullMarked
package io.evomoe.run.finetune;

import org.jspecify.annotations.NullMarked;
