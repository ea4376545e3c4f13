/** Tests of the study. */
@NullMarked
package io.evomoe.bench.study;

import org.jspecify.annotations.NullMarked;
