/** Texts with a class each: corpora, their splits, and batches. */
@NullMarked
package io.evomoe.models.text.classes;

import org.jspecify.annotations.NullMarked;
