/** Models of Hugging Face become runs and back; runs start from dense ones. */
@NullMarked
package io.evomoe.run.internal.hub;

import org.jspecify.annotations.NullMarked;
