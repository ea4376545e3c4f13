/**
 * Common parts of all decoders: {@link io.evomoe.models.causal.CausalLanguageModel}, and the {@link
 * io.evomoe.models.causal.Generation} of text with one.
 */
@NullMarked
package io.evomoe.models.causal;

import org.jspecify.annotations.NullMarked;
