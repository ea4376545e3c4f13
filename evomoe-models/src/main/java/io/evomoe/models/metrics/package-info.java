/**
 * What a task's output is judged by. {@link io.evomoe.models.metrics.Bleu} and chrF are for
 * translations, accuracy and macro-F1 for classes. Their figures are those of sacreBLEU and
 * scikit-learn.
 */
@NullMarked
package io.evomoe.models.metrics;

import org.jspecify.annotations.NullMarked;
