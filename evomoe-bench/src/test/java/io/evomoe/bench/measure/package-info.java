/** Tests of what is measured beside a step. */
@NullMarked
package io.evomoe.bench.measure;

import org.jspecify.annotations.NullMarked;
