/**
 * RoBERTa with experts. {@link io.evomoe.models.roberta.Roberta} learns to predict masked tokens.
 * {@link io.evomoe.models.roberta.RobertaClassifier} adds a classification head to a pre-trained
 * one.
 */
@NullMarked
package io.evomoe.models.roberta;

import org.jspecify.annotations.NullMarked;
