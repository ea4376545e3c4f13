/**
 * Text for language models. {@link io.evomoe.models.text.TextSplit} reads files and holds a part
 * out, {@link io.evomoe.models.text.TextSides} does so without having them in memory; {@link
 * io.evomoe.models.text.TokenizerFolder} trains and opens byte-pair tokenizers. {@link
 * io.evomoe.models.text.PackedBatches} and {@link io.evomoe.models.text.MaskedBatches} are what
 * models train on.
 */
@NullMarked
package io.evomoe.models.text;

import org.jspecify.annotations.NullMarked;
