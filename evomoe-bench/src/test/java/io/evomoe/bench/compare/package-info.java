/** Tests of the runs of a comparison. */
@NullMarked
package io.evomoe.bench.compare;

import org.jspecify.annotations.NullMarked;
