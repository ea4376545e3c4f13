/** Pairs of a sentence and its translation: corpora, their splits, and batches of equal length. */
@NullMarked
package io.evomoe.models.text.pairs;

import org.jspecify.annotations.NullMarked;
