/**
 * Models in one GGUF file, as llama.cpp and what is built on it run them. A translation of the
 * published form ({@link io.evomoe.models.hub}): what is special to a family is in one {@code
 * GgufArchitecture}.
 */
@NullMarked
package io.evomoe.models.gguf;

import org.jspecify.annotations.NullMarked;
