/**
 * Import and export of models in Hugging Face's files: config.json, safetensors and tokenizers. One
 * class, a {@code PublishedFamily}, has the details of a family.
 */
@NullMarked
package io.evomoe.models.hub;

import org.jspecify.annotations.NullMarked;
