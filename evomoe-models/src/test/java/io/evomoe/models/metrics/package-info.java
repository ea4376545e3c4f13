@NullMarked
package io.evomoe.models.metrics;

import org.jspecify.annotations.NullMarked;
