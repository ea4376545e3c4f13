/**
 * Export of models to one GGUF file for llama.cpp and programs based on it. It converts the
 * published form ({@link io.evomoe.models.hub}); one {@code GgufArchitecture} has the details of a
 * family.
 */
@NullMarked
package io.evomoe.models.gguf;

import org.jspecify.annotations.NullMarked;
