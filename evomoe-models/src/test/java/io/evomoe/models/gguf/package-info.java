@NullMarked
package io.evomoe.models.gguf;

import org.jspecify.annotations.NullMarked;
