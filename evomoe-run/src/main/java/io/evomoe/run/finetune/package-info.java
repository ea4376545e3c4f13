/**
 * Classifiers. {@link io.evomoe.run.finetune.FineTuning} makes one of a pre-trained run and
 * labelled texts. {@link io.evomoe.run.finetune.Classifier} opens the folder of one, names the
 * class of a text with its probability, and measures itself on texts whose classes are known
 * ({@link io.evomoe.run.record.ClassEvaluation}).
 */
@NullMarked
package io.evomoe.run.finetune;

import org.jspecify.annotations.NullMarked;
