/** Text for language models: corpora, the byte-pair tokenizer and its trainer, token batches. */
@NullMarked
package io.evomoe.models.text;

import org.jspecify.annotations.NullMarked;
