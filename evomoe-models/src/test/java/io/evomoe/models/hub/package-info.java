/** Tests of models in the files of Hugging Face. */
@org.jspecify.annotations.NullMarked
package io.evomoe.models.hub;
