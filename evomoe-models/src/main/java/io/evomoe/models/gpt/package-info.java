/**
 * GPT: a causal language model with experts in any of its blocks. {@link io.evomoe.models.gpt.Gpt}
 * is GPT-2's architecture. {@link io.evomoe.models.causal.Generation} continues texts with one.
 */
@NullMarked
package io.evomoe.models.gpt;

import org.jspecify.annotations.NullMarked;
