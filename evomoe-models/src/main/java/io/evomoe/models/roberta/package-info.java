/** RoBERTa with experts: pre-training on masked tokens, and a classifier on top of it. */
@NullMarked
package io.evomoe.models.roberta;

import org.jspecify.annotations.NullMarked;
