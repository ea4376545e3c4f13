/** The formats of Hugging Face's families, tensor files and tokenizer files. */
@NullMarked
package io.evomoe.models.internal.hub;

import org.jspecify.annotations.NullMarked;
