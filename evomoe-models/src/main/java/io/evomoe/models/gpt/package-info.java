/** GPT: a causal language model with experts in every k-th block. */
@NullMarked
package io.evomoe.models.gpt;

import org.jspecify.annotations.NullMarked;
