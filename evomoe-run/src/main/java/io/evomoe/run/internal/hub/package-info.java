/** Conversion of Hugging Face models to runs and back, and runs that start from dense ones. */
@NullMarked
package io.evomoe.run.internal.hub;

import org.jspecify.annotations.NullMarked;
