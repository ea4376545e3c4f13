package io.evomoe.kernel.internal.onednn;

import io.evomoe.kernel.AttentionShape;

/**
 * The grouping of query heads that share keys and values for products. Products run member by
 * member, with one matrix for every head of keys. The heads of a single query are rows of one
 * matrix instead.
 *
 * @param products shape of an attention with a head for each of keys and values
 * @param members number of products
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
