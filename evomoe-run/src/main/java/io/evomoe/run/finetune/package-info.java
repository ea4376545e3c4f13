/**
 * Classifiers, as {@code finetune} leaves them. {@link io.evomoe.run.finetune.Classifier} opens the
 * folder of one and names the class of a text with its probability.
 */
@NullMarked
package io.evomoe.run.finetune;

import org.jspecify.annotations.NullMarked;
