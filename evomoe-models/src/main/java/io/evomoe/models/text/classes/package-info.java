/**
 * Texts with a class each. {@link io.evomoe.models.text.classes.ClassifiedTexts} encodes them and
 * makes a classifier's training batches.
 */
@NullMarked
package io.evomoe.models.text.classes;

import org.jspecify.annotations.NullMarked;
