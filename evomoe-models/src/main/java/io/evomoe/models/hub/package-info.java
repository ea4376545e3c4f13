/**
 * Models in the files of Hugging Face: config.json, safetensors, tokenizers; in both directions.
 */
@NullMarked
package io.evomoe.models.hub;

import org.jspecify.annotations.NullMarked;
