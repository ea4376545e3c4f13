/**
 * Pairs of a sentence and its translation. {@link io.evomoe.models.text.pairs.PairSplit} reads
 * files and holds a part out. {@link io.evomoe.models.text.pairs.BucketedBatches} are batches of
 * sentences of like length.
 */
@NullMarked
package io.evomoe.models.text.pairs;

import org.jspecify.annotations.NullMarked;
