/**
 * Texts with a class each. {@link io.evomoe.models.text.classes.ClassifiedCorpus} reads and divides
 * files. {@link io.evomoe.models.text.classes.ClassifiedBatches} are a classifier's training
 * batches.
 */
@NullMarked
package io.evomoe.models.text.classes;

import org.jspecify.annotations.NullMarked;
