/**
 * Metrics. {@link io.evomoe.models.metrics.Bleu} and chrF measure translations, accuracy and
 * macro-F1 classes. Their values are those of sacreBLEU and scikit-learn.
 */
@NullMarked
package io.evomoe.models.metrics;

import org.jspecify.annotations.NullMarked;
