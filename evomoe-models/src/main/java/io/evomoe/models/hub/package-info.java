/**
 * Models in the files of Hugging Face: config.json, safetensors, tokenizers; in both directions.
 * What is special to a family of them is in one class, a {@code PublishedFamily}.
 */
@NullMarked
package io.evomoe.models.hub;

import org.jspecify.annotations.NullMarked;
