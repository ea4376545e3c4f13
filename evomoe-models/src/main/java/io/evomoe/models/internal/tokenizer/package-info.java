/** Reads, checks, learns and applies the files of byte-level BPE tokenizers. */
@NullMarked
package io.evomoe.models.internal.tokenizer;

import org.jspecify.annotations.NullMarked;
