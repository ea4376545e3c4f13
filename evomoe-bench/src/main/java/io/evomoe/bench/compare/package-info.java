/** The runs of a comparison, each finished, interrupted or to be trained. */
@NullMarked
package io.evomoe.bench.compare;

import org.jspecify.annotations.NullMarked;
