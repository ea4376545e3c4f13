/**
 * Llama, a causal language model with current decoder blocks: {@link io.evomoe.models.llama.Llama}.
 */
@NullMarked
package io.evomoe.models.llama;

import org.jspecify.annotations.NullMarked;
