/**
 * The encoder-decoder Transformer for translation, with experts in both stacks. {@link
 * io.evomoe.models.transformer.Transformer} is the model. {@link
 * io.evomoe.models.transformer.Translation} translates with one, greedily or by beam search.
 */
@NullMarked
package io.evomoe.models.transformer;

import org.jspecify.annotations.NullMarked;
