/**
 * Texts with a class each. {@link io.evomoe.models.text.classes.ClassifiedSplit} reads files and
 * holds a part out. {@link io.evomoe.models.text.classes.ClassifiedBatches} are what a classifier
 * trains on.
 */
@NullMarked
package io.evomoe.models.text.classes;

import org.jspecify.annotations.NullMarked;
