package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.AttentionShape;

/**
 * How the heads of queries that share keys and values go through products: member by member, each
 * with one matrix for every head of keys. A single query's are rows of one matrix instead.
 *
 * @param products shape of an attention that has a head for each of keys and values
 * @param members products one after another
 * @param folded whether the rows of the products are the heads that share keys
 */
record HeadGroups(AttentionShape products, int members, boolean folded) {

  static HeadGroups of(AttentionShape shape) {
    int own = shape.keyValueHeads();
    boolean folded = shape.group() > 1 && shape.queries() == 1;
    int rows = folded ? shape.group() : shape.queries();
    AttentionShape products =
        new AttentionShape(shape.batch(), own, rows, shape.keys(), shape.causal() && !folded);
    return new HeadGroups(products, folded ? 1 : shape.group(), folded);
  }
}
