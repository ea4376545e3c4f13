/**
 * Text for language models. {@link io.evomoe.models.text.TextSplit} reads and divides files. {@link
 * io.evomoe.models.text.BpeTokenizer} trains and opens byte-pair tokenizers. {@link
 * io.evomoe.models.text.PackedBatches} and {@link io.evomoe.models.text.MaskedBatches} are the
 * training batches.
 */
@NullMarked
package io.evomoe.models.text;

import org.jspecify.annotations.NullMarked;
