/**
 * Pairs of a sentence and its translation. {@link io.evomoe.models.text.pairs.EncodedPairs} encodes
 * them. {@link io.evomoe.models.text.pairs.BucketedBatches} are batches of sentences of similar
 * length.
 */
@NullMarked
package io.evomoe.models.text.pairs;

import org.jspecify.annotations.NullMarked;
