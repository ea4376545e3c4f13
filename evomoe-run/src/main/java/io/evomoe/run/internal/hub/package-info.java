/** Conversion of Hugging Face models to runs. */
@NullMarked
package io.evomoe.run.internal.hub;

import org.jspecify.annotations.NullMarked;
