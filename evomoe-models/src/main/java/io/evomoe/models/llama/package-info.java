/** The decoder of today: {@link io.evomoe.models.llama.Llama}. */
@NullMarked
package io.evomoe.models.llama;

import org.jspecify.annotations.NullMarked;
