/** What a task's output is judged by: BLEU and chrF of translations, accuracy and macro-F1. */
@NullMarked
package io.evomoe.models.metrics;

import org.jspecify.annotations.NullMarked;
