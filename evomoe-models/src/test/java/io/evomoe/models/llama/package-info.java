@NullMarked
package io.evomoe.models.llama;

import org.jspecify.annotations.NullMarked;
