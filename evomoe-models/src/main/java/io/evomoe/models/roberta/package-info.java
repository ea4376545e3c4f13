/**
 * RoBERTa with experts. {@link io.evomoe.models.roberta.Roberta} learns to name masked tokens.
 * {@link io.evomoe.models.roberta.RobertaClassifier} puts classes on top of a pre-trained one.
 */
@NullMarked
package io.evomoe.models.roberta;

import org.jspecify.annotations.NullMarked;
